// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Executions in the order of their ranks, like [RankedSet], but made for millions. Those of one priority mostly
/// come in order: they stand in a line, where coming and going costs the same however long it is. The rest is
/// kept in a tree.
final class RankedQueue {
    /// How many priorities have a line of their own.
    private static final int MAX_LINES = 16;

    private final TreeMap<Integer, Line> lines = new TreeMap<>();
    private final RankedSet others = new RankedSet();
    private @Nullable Execution first;

    /// The executions of one priority, linked with each other.
    static final class Line {
        private @Nullable Execution head;
        private @Nullable Execution tail;

        private boolean accepts(Execution execution) {
            return tail == null || Execution.BY_RANK.compare(tail, execution) < 0;
        }

        private void append(Execution execution) {
            execution.line = this;
            execution.before = tail;
            if (tail == null) {
                head = execution;
            } else {
                tail.after = execution;
            }
            tail = execution;
        }

        private void unlink(Execution execution) {
            if (execution.before == null) {
                head = execution.after;
            } else {
                execution.before.after = execution.after;
            }
            if (execution.after == null) {
                tail = execution.before;
            } else {
                execution.after.before = execution.before;
            }
            execution.line = null;
            execution.before = null;
            execution.after = null;
        }
    }

    void add(Execution execution) {
        var line = lines.get(execution.priority);
        if (line == null && lines.size() < MAX_LINES) {
            line = new Line();
            lines.put(execution.priority, line);
        }
        if (line != null && line.accepts(execution)) {
            line.append(execution);
        } else {
            others.add(execution);
        }
        first = Execution.earlier(first, execution);
    }

    void remove(Execution execution) {
        var line = execution.line;
        if (line == null) {
            others.remove(execution);
        } else {
            line.unlink(execution);
            if (line.head == null) {
                lines.remove(execution.priority);
            }
        }
        if (first == execution) {
            first = others.first();
            for (var each : lines.values()) {
                first = Execution.earlier(first, each.head);
            }
        }
    }

    /// Returns the first execution; null if there is none.
    @Nullable
    Execution first() {
        return first;
    }

    /// Returns how many executions go before `execution`.
    int before(Execution execution) {
        var before = others.before(execution);
        for (var line : lines.values()) {
            for (var each = line.head; each != null && Execution.BY_RANK.compare(each, execution) < 0; ) {
                before++;
                each = each.after;
            }
        }
        return before;
    }

    /// Passes all executions on, in no order to speak of.
    void forEach(Consumer<Execution> consumer) {
        for (var line : lines.values()) {
            for (var each = line.head; each != null; each = each.after) {
                consumer.accept(each);
            }
        }
        others.forEach(consumer);
    }
}
