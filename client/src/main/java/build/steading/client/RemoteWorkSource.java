// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.AppendRequest;
import build.steading.api.v1.FinishRequest;
import build.steading.api.v1.TakeRequest;
import build.steading.api.v1.WorkerGrpc;
import build.steading.api.v1.WorkerGrpc.WorkerBlockingV2Stub;
import build.steading.blob.BlobStore;
import build.steading.digest.Digests;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import build.steading.wire.Outcomes;
import build.steading.wire.Times;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A farm elsewhere, as its worker here sees it. Once the worker has announced itself, this keeps it connected:
/// after every break it announces the worker again, with all leases that have come this way and were not ended,
/// until it is closed. Thread-safe.
///
/// [#take] sits out breaks, as far as its patience goes. All else fails with `Unavailable` during one, at once or
/// within a few seconds; what the worker does not know then is only whether it was heard.
public final class RemoteWorkSource implements WorkSource, AutoCloseable {
    /// What a call may take beyond what it waits for on purpose.
    private static final Duration ON_THE_WAY = Duration.ofSeconds(10);

    private static final Duration APPEND_DEADLINE = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private static final System.Logger LOG = System.getLogger(RemoteWorkSource.class.getName());

    private final Connection connection;
    private final Optional<BlobStore> kept;
    private final HeldLeases held = new HeldLeases();
    private final Takes takes = new Takes();
    private final Membership membership;
    private volatile Runnable onNews = () -> {};

    /// @param kept where to put blobs that come with a lease; if there is none, none come
    RemoteWorkSource(Connection connection, Optional<BlobStore> kept) {
        this.connection = connection;
        this.kept = kept;
        this.membership = new Membership(connection, held, new News());
    }

    /// @param listener told when there is something that the worker should ask for at once, by [#renew]: leases
    ///     have been taken back, or the connection is new and logs may have to be sent again. Must not block
    public void onNews(Runnable listener) {
        onNews = listener;
    }

    /// Of the leases that the worker holds, those count that have come this way.
    @Override
    public Duration announce(WorkerId worker, Offer offer) {
        held.named(offer.held().keySet());
        return membership.announce(worker, offer);
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        var end = System.nanoTime() + patience.toNanos();
        var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (membership.awaitPresence(end)) {
            try {
                return takeOnce(worker, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            } catch (SteadingException e) {
                if (!mayPass(e.failure())) {
                    throw e;
                }
            }
            if (System.nanoTime() >= end) {
                break;
            }
            Thread.sleep(backoff.pause());
        }
        return Optional.empty();
    }

    private static boolean mayPass(Failure failure) {
        return failure instanceof Failure.Unavailable || failure instanceof Failure.Overloaded;
    }

    private Optional<Lease> takeOnce(WorkerId worker, Duration patience) throws InterruptedException {
        var call = takes.begin(held::took);
        try {
            // Only now: whoever finds the connection lost afterwards cancels this call.
            var _ = membership.requirePresent();
            var stub = connection
                    .prepare(WorkerGrpc.newStub(connection.channel()))
                    .withDeadlineAfter(patience.plus(ON_THE_WAY).toMillis(), TimeUnit.MILLISECONDS);
            var request = TakeRequest.newBuilder()
                    .setWorker(worker.name())
                    .setPatience(Times.toProto(patience))
                    .setKeepsBlobs(kept.isPresent());
            call.begin(stub, request);
            var taken = call.await();
            taken.ifPresent(this::keep);
            return taken.map(TakeCall.Taken::lease);
        } finally {
            takes.end(call);
        }
    }

    /// What cannot be kept is fetched when it is needed, or fails then.
    private void keep(TakeCall.Taken taken) {
        for (var blob : taken.blobs()) {
            try {
                kept.orElseThrow()
                        .put(Digests.fromProto(blob.getDigest()), blob.getData().newInput());
            } catch (SteadingException e) {
                LOG.log(Level.DEBUG, "A blob that came with `%s` is not kept".formatted(taken.lease()), e);
            }
        }
    }

    @Override
    public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> named) {
        held.named(named);
        return held.takeGone(named, membership.renew(named));
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        var request = AppendRequest.newBuilder()
                .setWorker(membership.requirePresent().name())
                .setLease(lease.value())
                .setOffset(offset)
                .setRecords(UnsafeByteOperations.unsafeWrap(log))
                .build();
        try {
            var size = stub(APPEND_DEADLINE).append(request).getSizeBytes();
            held.logged(lease, size);
            return size;
        } catch (StatusException e) {
            throw Failures.of(e);
        }
    }

    /// @throws SteadingException with `Unavailable` also if the farm has lost a part of the log, which is then to
    ///     be sent again
    @Override
    public void finish(LeaseId lease, Outcome outcome) {
        var request = FinishRequest.newBuilder()
                .setWorker(membership.requirePresent().name())
                .setLease(lease.value())
                .setLogBytes(held.logBytes(lease))
                .setOutcome(Outcomes.toProto(outcome))
                .build();
        try {
            var _ = stub(ON_THE_WAY).finish(request);
            held.drop(lease);
        } catch (StatusException e) {
            var failed = Failures.of(e);
            if (failed.failure() instanceof Failure.NotFound) {
                held.drop(lease);
            }
            throw failed;
        }
    }

    private WorkerBlockingV2Stub stub(Duration deadline) {
        return connection
                .prepare(WorkerGrpc.newBlockingV2Stub(connection.channel()))
                .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Leaves the farm for good. A worker that has ended its leases before loses nothing by it.
    @Override
    public void close() {
        membership.close();
        takes.cancel();
    }

    private final class News implements Membership.Listener {
        @Override
        public void news() {
            onNews.run();
        }

        @Override
        public void disconnected() {
            takes.cancel();
        }

        @Override
        public Takes.Standing takes() {
            return takes.standing();
        }
    }
}
