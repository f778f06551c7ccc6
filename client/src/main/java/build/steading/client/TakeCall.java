// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.steading.api.v1.TakeRequest;
import build.steading.api.v1.TakeResponse;
import build.steading.api.v1.WorkerGrpc.WorkerStub;
import build.steading.execute.Lease;
import build.steading.failure.SteadingException;
import build.steading.wire.Leases;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One slot's wait for something to do. [#cancel] may be called by anybody.
final class TakeCall {
    private static final long CANCEL_MILLIS = 1_000;

    private final long number;
    private final Consumer<Lease> taken;
    private final CompletableFuture<Optional<Taken>> answer = new CompletableFuture<>();
    private volatile @Nullable ClientCallStreamObserver<TakeRequest> call;

    /// A lease, and blobs that came along, as the farm sent them.
    record Taken(Lease lease, List<BatchUpdateBlobsRequest.Request> blobs) {}

    /// @param number unique
    /// @param taken hears of a lease as soon as it is here, whether anybody still waits for it or not; must not
    ///     block
    TakeCall(long number, Consumer<Lease> taken) {
        this.number = number;
        this.taken = taken;
    }

    long number() {
        return number;
    }

    void begin(WorkerStub stub, TakeRequest.Builder request) {
        stub.withExecutor(Runnable::run).take(request.setNumber(number).build(), new Answer());
    }

    /// Waits for the answer.
    ///
    /// @throws SteadingException with what the server meant if there is none
    /// @throws InterruptedException if interrupted before a lease came: with one, the thread's interrupt is kept
    Optional<Taken> await() throws InterruptedException {
        try {
            return get();
        } catch (InterruptedException e) {
            cancel();
            var late = lateAnswer();
            if (late.isEmpty()) {
                throw e;
            }
            Thread.currentThread().interrupt();
            return late;
        }
    }

    private Optional<Taken> get() throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SteadingException failed) {
                throw new SteadingException(failed.failure(), failed);
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private Optional<Taken> lateAnswer() throws InterruptedException {
        try {
            return answer.get(CANCEL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return Optional.empty();
        }
    }

    /// Has the wait end soon, without a lease unless it is here already.
    void cancel() {
        var open = call;
        if (open != null) {
            open.cancel("Nobody waits any more", null);
        }
    }

    private final class Answer implements ClientResponseObserver<TakeRequest, TakeResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<TakeRequest> stream) {
            call = stream;
        }

        @Override
        public void onNext(TakeResponse response) {
            try {
                var lease = response.hasLease()
                        ? Optional.of(Leases.fromProto(response.getLease()))
                        : Optional.<Lease>empty();
                lease.ifPresent(taken);
                answer.complete(lease.map(here -> new Taken(here, response.getBlobsList())));
            } catch (SteadingException e) {
                answer.completeExceptionally(e);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            var status = Status.fromThrowable(thrown);
            answer.completeExceptionally(
                    Failures.of(new StatusException(status, Status.trailersFromThrowable(thrown))));
        }

        @Override
        public void onCompleted() {
            answer.complete(Optional.empty());
        }
    }
}
