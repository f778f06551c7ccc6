// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Says how long tasks are likely to run: the median of their last runs. Thread-safe.
final class Expectations {
    /// How many runs of a task count.
    static final int RUNS = 10;

    private static final int REMEMBERED = 10_000;

    private record Key(String project, String task) {}

    private final TaskHistory history;

    @GuardedBy("this")
    private final Map<Key, Deque<Duration>> runs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Deque<Duration>> eldest) {
            return size() > REMEMBERED;
        }
    };

    Expectations(TaskHistory history) {
        this.history = history;
    }

    /// Returns how long a task is likely to run; empty if it never did.
    Optional<Duration> of(String project, String task) {
        var key = new Key(project, task);
        synchronized (this) {
            var known = runs.get(key);
            if (known != null) {
                return median(known);
            }
        }
        var stored = new ArrayDeque<>(history.runs(project, task, RUNS));
        synchronized (this) {
            var known = runs.putIfAbsent(key, stored);
            return median(known == null ? stored : known);
        }
    }

    /// Takes in that a task ran successfully.
    synchronized void ran(String project, String task, Duration took) {
        var known = runs.get(new Key(project, task));
        if (known == null) {
            // Whoever asks next reads all from the history.
            return;
        }
        known.addFirst(took);
        if (known.size() > RUNS) {
            known.removeLast();
        }
    }

    private static Optional<Duration> median(Deque<Duration> runs) {
        return runs.stream().sorted().skip(Math.max(0, runs.size() - 1) / 2).findFirst();
    }
}
