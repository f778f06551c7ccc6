// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.build.TaskRecord;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How much a client has been told of what the tasks of a build printed: each task's output is told from one end
/// to the other, without holes and nothing twice. Not thread-safe.
final class OutputMarks {
    /// The beginning of whatever log comes.
    static final LogPosition START = new LogPosition(Instant.EPOCH, 0);

    private final boolean fromStart;
    private final Map<String, LogPosition> marks = new HashMap<>();
    private final Set<String> ended = new HashSet<>();

    /// @param fromStart whether tasks are told from their beginning, rather than from the first output that comes
    OutputMarks(boolean fromStart) {
        this.fromStart = fromStart;
    }

    /// Notes what the client has seen before.
    ///
    /// @param last whether nothing came after it
    void seen(String task, LogPosition position, boolean last) {
        marks.put(task, position);
        if (last) {
            ended.add(task);
        }
    }

    /// Returns whether output is what the client must be told next, and notes that it is being told.
    boolean accept(String task, LogPosition at, LogRecord entry) {
        if (!isNext(task, at)) {
            return false;
        }
        marks.put(task, at.after(entry));
        ended.remove(task);
        return true;
    }

    /// Notes that output cannot be told now: the same must come again before anything after it.
    void miss(String task, LogPosition at) {
        if (isNext(task, at)) {
            marks.put(task, at);
        }
    }

    /// Returns whether output that comes before this has not been told.
    boolean isAhead(String task, LogPosition at) {
        if (isNext(task, at)) {
            return false;
        }
        var mark = marks.getOrDefault(task, START);
        return mark.offset() == 0 || !mark.begun().equals(at.begun()) || at.offset() > mark.offset();
    }

    private boolean isNext(String task, LogPosition at) {
        var mark = marks.get(task);
        if (mark == null) {
            return !fromStart || at.offset() == 0;
        }
        return at.offset() == 0 ? mark.offset() == 0 || !mark.begun().equals(at.begun()) : at.equals(mark);
    }

    /// Returns where the client goes on in the stored log of a task that has ended; empty if he has all of it, or
    /// was never told of it. Asked once for each end of a task.
    Optional<LogPosition> rest(TaskRecord task) {
        var mark = marks.get(task.name());
        if (!ended.add(task.name()) || task.log().isEmpty()) {
            return Optional.empty();
        }
        if (mark == null) {
            return fromStart && !task.how().cached() ? Optional.of(START) : Optional.empty();
        }
        var complete = mark.offset() >= task.log().get().sizeBytes();
        return complete && !fromStart ? Optional.empty() : Optional.of(mark);
    }

    /// Returns how far a task has been told.
    LogPosition position(String task) {
        return marks.getOrDefault(task, START);
    }

    /// Notes that a task has been told up to here.
    void told(String task, LogPosition position) {
        marks.put(task, position);
    }
}
