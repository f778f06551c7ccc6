// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Attendance;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.SteadingException;
import build.steading.schedule.Ending;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.Scheduler;
import build.steading.schedule.Snapshot;
import build.steading.schedule.WorkerId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// Stands between requesters and workers: answers from the action cache, has the scheduler decide who runs what,
/// and passes on what is printed and how it ends, if that is true.
///
/// Thread-safe. Observers hear things in order; they must neither block nor call back. Store and cache are asked
/// by whoever calls, and keep nobody else waiting: what is shared is the [Floor].
public final class Farm implements ActionExecutor, WorkSource, Attendance, AutoCloseable {
    /// How long a worker may be without a connection before what it runs is given to others.
    public static final Duration RECONNECTION = Duration.ofMillis(250);

    private final Stores stores;
    private final Inspector inspector;
    private final Floor floor;
    private final InputKeeper keeper;
    private final InstantSource clock;
    private final Alarm keeping;
    private volatile Return awaited = new Return(Set.of());

    /// Where things are kept.
    ///
    /// @param blobs promises to keep what it was asked for, for two hours at least
    /// @param pins tells `blobs` what else must not be evicted
    /// @param logs a directory for the output of what runs, emptied by whoever owns it
    public record Stores(BlobStore blobs, ActionCache cache, Pins pins, Path logs) {}

    /// @param reconnection how long a worker may be without a connection before it is taken for lost, as a rule
    ///     [#RECONNECTION]
    /// @param clock should not jump: a leap forward would end all leases
    public Farm(Stores stores, Scheduler scheduler, Duration reconnection, InstantSource clock) {
        this.stores = stores;
        this.inspector = new Inspector(stores.blobs());
        this.keeper = new InputKeeper(stores.blobs());
        this.clock = clock;
        this.floor = new Floor(scheduler, stores.logs(), reconnection, clock);
        this.keeping = new Alarm("farm-keeper", clock, this::keepInputs);
        keeping.set(Optional.of(clock.instant().plus(InputKeeper.PATIENCE)));
        keeping.start();
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var known = known(request);
        if (known.isPresent()) {
            return floor.ended(known.get(), observer);
        }
        Admission admission;
        try {
            admission = Admission.of(request, stores.blobs(), stores.pins());
        } catch (SteadingException e) {
            return floor.ended(new Outcome.NotRun(e.failure()), observer);
        }
        return floor.submit(request, admission, observer);
    }

    private Optional<Outcome> known(ExecutionRequest request) {
        var late = floor.takeLate(request.action());
        if (late.isPresent() || request.skipCache()) {
            return late;
        }
        return stores.cache().find(request.action()).map(result -> new Outcome.Completed(result, true, List.of()));
    }

    /// Says that this farm goes on where an earlier one was cut short, before anything else happens.
    ///
    /// @param expected the workers that may come back with what they were given
    public Return restarted(Set<WorkerId> expected) {
        floor.restarted(expected);
        awaited = new Return(expected);
        return awaited;
    }

    /// Notes a new connection of a worker, before anything that comes over it is passed on. A worker that never
    /// had one is known by what it says alone.
    ///
    /// @param connection a number that no other connection of the worker has or had
    @Override
    public void connected(WorkerId worker, long connection) {
        floor.connected(worker, connection);
    }

    /// Notes that a connection has ended. If the worker has no other, nor gets one within the time of
    /// reconnection, then what it runs is lost. To say so twice changes nothing.
    @Override
    public void disconnected(WorkerId worker, long connection) {
        floor.disconnected(worker, connection);
    }

    @Override
    public Duration announce(WorkerId worker, Offer offer) {
        var ttl = floor.announce(worker, offer);
        awaited.announced(worker);
        return ttl;
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        var entry = floor.enter(worker);
        if (entry.lease().isPresent()) {
            return entry.lease();
        }
        try {
            var lease = entry.mailbox().await(patience);
            return lease.isPresent() ? lease : floor.leave(worker, entry.mailbox());
        } catch (InterruptedException e) {
            floor.leave(worker, entry.mailbox()).ifPresent(floor::giveBack);
            throw e;
        }
    }

    @Override
    public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        return floor.renew(worker, held);
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        return floor.find(lease).log().append(offset, log);
    }

    @Override
    public void finish(LeaseId lease, Outcome outcome) {
        var attempt = floor.find(lease);
        var ending =
                inspector.judge(attempt.worker(), Digest.parse(attempt.key()).function(), outcome);
        if (ending instanceof Ending.Done
                && outcome instanceof Outcome.Completed completed
                && completed.result().getExitCode() == 0
                && isCacheable(attempt)) {
            // Before anybody hears of the end: whoever asks again from then on finds the result.
            stores.cache().put(Digest.parse(attempt.key()), completed.result());
        }
        floor.finish(lease, outcome, ending);
    }

    private boolean isCacheable(Attempt attempt) {
        var execution = floor.execution(attempt);
        if (execution.isPresent()) {
            return execution.get().cacheable();
        }
        try {
            return !Admission.read(Digest.parse(attempt.key()), stores.blobs()).getDoNotCache();
        } catch (SteadingException | IllegalArgumentException _) {
            // Nobody could ask for such an action.
            return false;
        }
    }

    /// Takes back all that a worker holds: it is no member of the farm any more.
    public void dismiss(WorkerId worker) {
        floor.dismiss(worker);
    }

    /// Has `listener` told at once of each lease that is taken back, on a thread of its own: its worker hears of
    /// it at its next renewal in any case.
    public void onRevoked(BiConsumer<WorkerId, LeaseId> listener) {
        floor.onRevoked(listener);
    }

    /// Returns what the farm is doing.
    public Snapshot snapshot() {
        return floor.snapshot();
    }

    /// Returns where the books contradict each other, for tests: nowhere, at any time.
    List<String> audit() {
        return floor.audit();
    }

    /// Does what time demands, as happens by itself.
    void tick() {
        floor.tick();
    }

    private void keepInputs() {
        var now = clock.instant();
        keeper.keep(floor.inputsOlderThan(now.minus(InputKeeper.PATIENCE)), now);
        keeping.set(Optional.of(now.plus(InputKeeper.PATIENCE)));
    }

    /// Stops deciding. Whoever still waits is told that the farm is gone; workers are not, so that they go on and
    /// come back to the farm that follows.
    @Override
    public void close() {
        floor.close();
        keeping.close();
    }
}
