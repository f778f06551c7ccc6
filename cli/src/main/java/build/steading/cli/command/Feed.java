// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.cli.door.Signal;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// What happens to builds, as it reaches somebody who watches them. A slow terminal never holds up a build: when
/// it lags too far behind, output is dropped (it is stored all the same) and the gap counted. Thread-safe.
final class Feed {
    private static final int MAX_OUTPUT = 20_000;

    /// Something to show.
    sealed interface Event {
        record Build(BuildRecord build) implements Event {}

        record Task(long build, TaskRecord task) implements Event {}

        record Output(long build, TaskRecord task, LogRecord entry) implements Event {}

        record Request(RequestRecord request) implements Event {}

        record Ended(BuildRecord build) implements Event {}

        record Interrupted(Signal signal) implements Event {}

        record HungUp() implements Event {}
    }

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicLong dropped = new AtomicLong();
    private final CountDownLatch endOfInterest = new CountDownLatch(1);
    private final Map<Long, BuildObserver> sources = new ConcurrentHashMap<>();

    void add(Event event) {
        if (event instanceof Event.HungUp
                || (event instanceof Event.Interrupted(var signal) && signal != Signal.CONT)) {
            endOfInterest.countDown();
        }
        if (event instanceof Event.Output && events.size() > MAX_OUTPUT) {
            dropped.incrementAndGet();
            return;
        }
        events.add(event);
    }

    Optional<Event> next(Duration patience) throws InterruptedException {
        return Optional.ofNullable(events.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /// Lets time pass.
    ///
    /// @throws InterruptedException as soon as nobody watches any more, or if that was so before
    void pause(Duration time) throws InterruptedException {
        if (endOfInterest.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException();
        }
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    /// Returns how many pieces of output were dropped since the last call.
    long takeDropped() {
        return dropped.getAndSet(0);
    }

    /// Returns what feeds the events of one build. The first observer of a build does: others say nothing.
    BuildObserver observer() {
        return new Source();
    }

    /// Learns from the first event which build it is about.
    private final class Source implements BuildObserver {
        private volatile long build;

        private void add(BuildId id, Event event) {
            build = id.value();
            add(event);
        }

        private void add(Event event) {
            if (sources.computeIfAbsent(build, _ -> this) == this) {
                Feed.this.add(event);
            }
        }

        @Override
        public void build(BuildRecord now) {
            add(now.id(), new Event.Build(now));
        }

        @Override
        public void task(TaskRecord task) {
            add(new Event.Task(build, task));
        }

        @Override
        public void output(TaskRecord task, LogPosition at, LogRecord entry) {
            add(new Event.Output(build, task, entry));
        }

        @Override
        public void request(RequestRecord request) {
            add(request.build(), new Event.Request(request));
        }

        @Override
        public void ended(BuildRecord last) {
            add(last.id(), new Event.Ended(last));
        }
    }
}
