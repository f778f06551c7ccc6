// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Notes what an observer is told, in short.
public final class Heard implements BuildObserver {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    @GuardedBy("this")
    private final List<String> all = new ArrayList<>();

    @GuardedBy("this")
    private final StringBuilder output = new StringBuilder();

    @GuardedBy("this")
    private Optional<BuildRecord> end = Optional.empty();

    @Override
    public void build(BuildRecord build) {
        note("build " + build.state());
    }

    @Override
    public void task(TaskRecord task) {
        note("task %s %s".formatted(task.name(), task.state()));
    }

    @Override
    public synchronized void output(TaskRecord task, LogPosition at, LogRecord entry) {
        output.append(entry.bytes().toStringUtf8());
        note("output " + task.name());
    }

    @Override
    public void request(RequestRecord request) {
        note("request " + request.state());
    }

    @Override
    public synchronized void ended(BuildRecord build) {
        end = Optional.of(build);
        note("ended " + build.state());
    }

    private synchronized void note(String event) {
        all.add(event);
        notifyAll();
    }

    public synchronized List<String> all() {
        return List.copyOf(all);
    }

    public synchronized String output() {
        return output.toString();
    }

    public synchronized void await(String event) throws InterruptedException {
        var until = System.nanoTime() + PATIENCE_NANOS;
        while (!all.contains(event) && System.nanoTime() < until) {
            wait(20);
        }
        assertThat(all).contains(event);
    }

    public synchronized void awaitOutput(String whole) throws InterruptedException {
        var until = System.nanoTime() + PATIENCE_NANOS;
        while (output.length() < whole.length() && System.nanoTime() < until) {
            wait(20);
        }
        assertThat(output.toString()).isEqualTo(whole);
    }

    public synchronized BuildRecord awaitEnd() throws InterruptedException {
        var until = System.nanoTime() + PATIENCE_NANOS;
        while (end.isEmpty() && System.nanoTime() < until) {
            wait(20);
        }
        return end.orElseThrow();
    }
}
