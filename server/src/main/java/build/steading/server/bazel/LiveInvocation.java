// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import build.bazel.events.BuildEvent;
import build.steading.build.BuildId;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.BuildRecords;
import build.steading.build.BuildRecords.Query;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.build.RequestRecord.State;
import build.steading.build.TaskRecord;
import build.steading.failure.SteadingException;
import build.steading.server.bazel.InvocationBook.Source;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One invocation while it is told of: its state in memory, what of it is stored, and who watches.
///
/// In the records, it is a cancelled build with an open request from when it is known what it is, so that nobody
/// need do anything about it if it is never heard of again. What is told goes into them now and then, and at last
/// before its last event is confirmed.
///
/// Thread-safe: one lock guards all state; observers are called while it is held, so that they see changes in
/// order.
final class LiveInvocation {
    private static final Duration SAVE_STEP = Duration.ofSeconds(10);

    private final Source source;
    private final BuildRecords records;
    private final InstantSource clock;

    @GuardedBy("this")
    private Invocation invocation;

    @GuardedBy("this")
    private final List<BuildObserver> observers = new ArrayList<>();

    /// Absent until it is known what the invocation is.
    @GuardedBy("this")
    private Optional<RequestRecord> request = Optional.empty();

    /// The number of the event that comes next; 0 if any may.
    @GuardedBy("this")
    private long next;

    @GuardedBy("this")
    private Instant saved = Instant.EPOCH;

    /// Whether nothing more is taken.
    @GuardedBy("this")
    private boolean ended;

    private LiveInvocation(Source source, BuildRecords records, InstantSource clock, Invocation invocation) {
        this.source = source;
        this.records = records;
        this.clock = clock;
        this.invocation = invocation;
    }

    /// Begins to listen, or goes on where an earlier process, or an earlier stream of events, was cut off.
    static LiveInvocation of(Source source, BuildRecords records, InstantSource clock) {
        var known = records.request(key(source));
        var before = known.flatMap(request ->
                records.builds(new Query.ById(request.build())).stream().findFirst());
        var invocation = before.map(Invocation::resumed).orElseGet(Invocation::new);
        var live = new LiveInvocation(source, records, clock, invocation);
        synchronized (live) {
            live.ended =
                    known.filter(request -> request.state() == State.ANSWERED).isPresent();
            live.request = known.map(request -> request.closed(State.OPEN, ""));
        }
        return live;
    }

    private static String key(Source source) {
        return "bazel " + source.id();
    }

    /// Returns which build it is; empty as long as it is not known what is built, or when it has ended.
    synchronized Optional<BuildId> build() {
        return ended ? Optional.empty() : request.map(RequestRecord::build);
    }

    /// @throws SteadingException with `Invalid` if an earlier event was left out
    synchronized void add(long number, Optional<BuildEvent> event, boolean last) {
        if (next > 0 && number > next) {
            throw SteadingException.invalid("Event %d of `%s` comes after event %d", number, source.id(), next - 1);
        }
        if (number < next) {
            return;
        }
        if (!ended) {
            var before = tasks();
            event.ifPresent(told -> invocation.add(told, clock.instant()));
            if (last) {
                end(State.ANSWERED);
            } else if (event.isPresent()) {
                introduce();
                tell(before);
            }
        }
        next = number + 1;
    }

    /// Takes it that nothing more will be told.
    synchronized void breakOff() {
        if (!ended) {
            end(State.WITHDRAWN);
        }
    }

    /// Stores what was told so far, so that another process can go on.
    synchronized void save() {
        if (!ended && request.isPresent()) {
            store(invocation.record(clock.instant()), request.get());
        }
    }

    @GuardedBy("this")
    private void introduce() {
        if (request.isEmpty() && invocation.isIntroduced()) {
            open();
        } else if (request.isPresent() && saved.plus(SAVE_STEP).isBefore(clock.instant())) {
            save();
        }
    }

    @GuardedBy("this")
    private RequestRecord open() {
        var now = clock.instant();
        var build = invocation.record(now);
        var asked = new RequestRecord(
                0,
                build.id(),
                source.teller().person(invocation.user()),
                Optional.empty(),
                build.spec().source().revision().name(),
                false,
                build.created(),
                Priority.INTERACTIVE,
                Optional.empty(),
                State.OPEN,
                "",
                key(source));
        var stored = records.open(build, asked);
        request = Optional.of(stored);
        store(build, stored);
        return stored;
    }

    @GuardedBy("this")
    private void end(State how) {
        if (request.isPresent() || invocation.hasBegun()) {
            var last = invocation.record(clock.instant());
            var answered = request.orElseGet(this::open).closed(how, "");
            store(last, answered);
            request = Optional.of(answered);
            observers.forEach(observer -> observer.request(answered));
            observers.forEach(observer -> observer.ended(last.called(answered.build())));
        }
        ended = true;
        invocation = new Invocation();
        observers.clear();
    }

    @GuardedBy("this")
    private void store(BuildRecord build, RequestRecord asked) {
        records.save(build.called(asked.build()), List.of(asked), List.of());
        saved = clock.instant();
    }

    @GuardedBy("this")
    private Map<String, TaskRecord> tasks() {
        var tasks = new LinkedHashMap<String, TaskRecord>();
        if (!observers.isEmpty()) {
            invocation.tasks().forEach(task -> tasks.put(task.name(), task));
        }
        return tasks;
    }

    @GuardedBy("this")
    private void tell(Map<String, TaskRecord> before) {
        for (var task : tasks().values()) {
            if (!task.equals(before.get(task.name()))) {
                observers.forEach(observer -> observer.task(task));
            }
        }
    }

    /// Returns what is known of it now; empty under the same conditions as [#build].
    synchronized Optional<BuildRecord> record() {
        return build().map(invocation.running(clock.instant())::called);
    }

    /// Returns whose it is; empty under the same conditions as [#build].
    synchronized Optional<RequestRecord> request() {
        return ended ? Optional.empty() : request;
    }

    /// @return whether it came before the end; if not, nothing will be told
    synchronized boolean add(BuildObserver observer) {
        var now = record();
        if (now.isEmpty()) {
            return false;
        }
        observers.add(observer);
        request.ifPresent(observer::request);
        observer.build(now.get());
        return true;
    }

    synchronized void remove(BuildObserver observer) {
        observers.remove(observer);
    }
}
