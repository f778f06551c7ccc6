// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.execute.ExecutionObserver;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import build.steading.platform.RequestFacts;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/// A build that has not ended: its state in memory, who asked for it, and who watches.
///
/// Thread-safe: one lock guards all state; observers are called while it is held, so that they see changes in
/// order. Executions are called only while it is not held: they have a lock of their own, which they hold when
/// they call here.
final class LiveBuild {
    @GuardedBy("this")
    private BuildRecord head;

    @GuardedBy("this")
    private final Map<String, TaskRecord> tasks = new LinkedHashMap<>();

    /// Where the next output of each task's present attempt goes; absent before the first.
    @GuardedBy("this")
    private final Map<String, LogPosition> logs = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, RaisableExecution> executions = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<Long, RequestRecord> requests = new LinkedHashMap<>();

    @GuardedBy("this")
    private final List<BuildObserver> observers = new ArrayList<>();

    @GuardedBy("this")
    private Optional<String> cancelledBy = Optional.empty();

    @GuardedBy("this")
    private int expected;

    @GuardedBy("this")
    private boolean closed;

    LiveBuild(BuildRecord head, List<RequestRecord> requests) {
        this.head = head;
        requests.forEach(request -> this.requests.put(request.id(), request));
    }

    synchronized BuildRecord record() {
        return head.with(List.copyOf(tasks.values()));
    }

    /// Returns what is built, which never changes.
    synchronized BuildSpec spec() {
        return head.spec();
    }

    synchronized boolean isQueued() {
        return head.state() == BuildState.QUEUED;
    }

    /// Returns whether this build does what a request wants.
    ///
    /// @param range commits whose builds will do as well
    synchronized boolean standsInFor(BuildSpec wanted, List<String> range) {
        var mine = head.spec();
        return mine.identity().equals(wanted.identity()) || (!range.isEmpty() && mine.isOneOf(wanted, range));
    }

    synchronized List<RequestRecord> openRequests() {
        return requests.values().stream()
                .filter(request -> request.state() == RequestRecord.State.OPEN)
                .toList();
    }

    /// Returns for whom what begins now will run, and how soon: whoever asked first, and whoever is most in a
    /// hurry.
    ///
    /// @param options value of every option
    synchronized RequestFacts facts(Map<String, String> options) {
        var open = openRequests();
        var spec = head.spec();
        return new RequestFacts(
                spec.project(),
                open.stream().findFirst().map(RequestRecord::requester).orElse(""),
                spec.source().origin(),
                spec.source().revision().name(),
                options,
                priority().steps(),
                Optional.empty());
    }

    /// Keeps the build from ending until [#join], as a request for it is just being stored.
    ///
    /// @return whether there is time for that; if not, the build is about to end and another one is due
    synchronized boolean expectRequest() {
        if (closed || cancelledBy.isPresent()) {
            return false;
        }
        expected++;
        return true;
    }

    /// Adds a request to those that wait for this build. If it is in more of a hurry, so are tasks that wait for
    /// a worker.
    ///
    /// @param request empty if it could not be stored
    void join(Optional<RequestRecord> request) {
        synchronized (this) {
            expected--;
            request.ifPresent(known -> requests.put(known.id(), known));
            notifyAll();
        }
        request.ifPresent(known ->
                waiting().forEach(execution -> execution.raise(known.priority().steps())));
    }

    private synchronized List<RaisableExecution> waiting() {
        var waiting = new ArrayList<RaisableExecution>();
        for (var execution : executions.entrySet()) {
            var task = tasks.get(execution.getKey());
            if (task != null && task.state() == TaskState.QUEUED) {
                waiting.add(execution.getValue());
            }
        }
        return waiting;
    }

    /// Waits for a time, or until the build is cancelled.
    synchronized void pause(Duration time) throws InterruptedException {
        var end = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0 && cancelledBy.isEmpty(); left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /// Takes requests out again. The build is cancelled if nobody else waits for it.
    ///
    /// @return whether it is cancelled
    boolean withdraw(List<Long> ids, String by) {
        List<RaisableExecution> pointless;
        synchronized (this) {
            for (var id : ids) {
                var request = requests.get(id);
                if (request != null && request.state() == RequestRecord.State.OPEN) {
                    answer(request.closed(RequestRecord.State.WITHDRAWN, "Withdrawn by " + by));
                }
            }
            if (closed
                    || cancelledBy.isPresent()
                    || expected > 0
                    || !openRequests().isEmpty()) {
                return cancelledBy.isPresent() && !head.state().isFinal();
            }
            cancelledBy = Optional.of(by);
            notifyAll();
            pointless = List.copyOf(executions.values());
        }
        pointless.forEach(execution -> execution.withdraw(by));
        return true;
    }

    synchronized Optional<String> cancelledBy() {
        return cancelledBy;
    }

    /// Notes how a request was answered.
    synchronized void answer(RequestRecord request) {
        requests.put(request.id(), request);
        tell(observer -> observer.request(request));
    }

    /// Adds a request that the stored end of this build has answered, while the end is still to be announced.
    synchronized void answeredBefore(RequestRecord request) {
        requests.put(request.id(), request);
        if (!head.state().isFinal()) {
            tell(observer -> observer.request(request));
        }
    }

    /// Begins, or begins anew, with these tasks.
    synchronized void plan(BuildRecord started) {
        head = started;
        tasks.clear();
        executions.clear();
        logs.clear();
        started.tasks().forEach(task -> tasks.put(task.name(), task));
        tell(observer -> observer.build(started));
    }

    synchronized TaskRecord update(String task, UnaryOperator<TaskRecord> change) {
        var before = tasks.getOrDefault(task, TaskRecord.waiting(task));
        var changed = change.apply(before);
        tasks.put(task, changed);
        if (changed.state() == TaskState.RUNNING && before.state() != TaskState.RUNNING) {
            // Output starts anew with each attempt.
            logs.remove(task);
        }
        tell(observer -> observer.task(changed));
        return changed;
    }

    synchronized void output(String task, LogRecord entry) {
        var now = tasks.get(task);
        if (now != null) {
            var at = logs.getOrDefault(task, LogPosition.before(entry));
            logs.put(task, at.after(entry));
            tell(observer -> observer.output(now, at, entry));
        }
    }

    /// Begins what runs for a task, so that it can be withdrawn, made more urgent and followed from the first
    /// that anybody hears of it. Withdraws it at once if the build is cancelled.
    void begin(String task, RaisableExecution execution) {
        execution.begin(() -> note(task, execution));
        cancelledBy().ifPresent(execution::withdraw);
    }

    private synchronized int note(String task, RaisableExecution execution) {
        executions.put(task, execution);
        return priority().steps();
    }

    private synchronized Priority priority() {
        return openRequests().stream()
                .map(RequestRecord::priority)
                .min(Comparator.naturalOrder())
                .orElse(Priority.INTERACTIVE);
    }

    /// Tells `observer` also of the output that a running task has printed so far and will.
    ///
    /// @return whether the task runs
    boolean follow(String task, ExecutionObserver observer) {
        var execution = execution(task);
        return execution.isPresent() && execution.get().follow(observer);
    }

    /// Returns what runs, ran or waits for each task.
    synchronized Map<String, RaisableExecution> executions() {
        return Map.copyOf(executions);
    }

    synchronized boolean hasEnded(String task) {
        var now = tasks.get(task);
        return now == null || now.state().isFinal();
    }

    private synchronized Optional<RaisableExecution> execution(String task) {
        return Optional.ofNullable(executions.get(task));
    }

    /// @return whether it came before the end; if not, nothing will be told
    synchronized boolean add(BuildObserver observer) {
        if (head.state().isFinal()) {
            return false;
        }
        observers.add(observer);
        requests.values().forEach(observer::request);
        observer.build(record());
        return true;
    }

    synchronized void remove(BuildObserver observer) {
        observers.remove(observer);
    }

    /// Lets nobody join any more, if all requests are answered.
    ///
    /// @return whether that is so; if not, somebody joined just now
    synchronized boolean close() throws InterruptedException {
        while (expected > 0) {
            wait();
        }
        closed = openRequests().isEmpty();
        return closed;
    }

    synchronized List<RequestRecord> allRequests() {
        return List.copyOf(requests.values());
    }

    /// Announces the end, which is stored by now.
    synchronized void ended(BuildRecord last) {
        closed = true;
        head = last;
        tell(observer -> observer.ended(last));
    }

    @GuardedBy("this")
    private void tell(Consumer<BuildObserver> news) {
        observers.forEach(news);
    }
}
