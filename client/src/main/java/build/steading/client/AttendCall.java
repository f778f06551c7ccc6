// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.AttendRequest;
import build.steading.api.v1.AttendResponse;
import build.steading.api.v1.WorkerGrpc.WorkerStub;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One stream by which a worker is present. Thread-safe.
final class AttendCall implements AutoCloseable {
    private static final Failure LEFT = new Failure.Unavailable("The farm has ended the connection");

    private final Consumer<AttendResponse> unasked;
    private final CompletableFuture<Failure> end = new CompletableFuture<>();
    private final Map<Long, CompletableFuture<AttendResponse>> asked = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private @Nullable ClientCallStreamObserver<AttendRequest> requests;

    @GuardedBy("this")
    private long sequence;

    private AttendCall(Consumer<AttendResponse> unasked) {
        this.unasked = unasked;
    }

    /// @param unasked is told what the farm says by itself; must not block
    static AttendCall open(WorkerStub stub, Consumer<AttendResponse> unasked) {
        var call = new AttendCall(unasked);
        stub.withExecutor(Runnable::run).attend(call.new Answers());
        return call;
    }

    /// Sends a message, and returns without waiting for the answer.
    ///
    /// @throws SteadingException with `Unavailable` if the stream has ended
    synchronized Future<AttendResponse> send(AttendRequest.Builder message) {
        var answer = new CompletableFuture<AttendResponse>();
        var number = ++sequence;
        asked.put(number, answer);
        if (end.isDone()) {
            fail(number, end.join());
            return answer;
        }
        try {
            requests().onNext(message.setSequence(number).build());
        } catch (IllegalStateException _) {
            fail(number, LEFT);
        }
        return answer;
    }

    private void fail(long number, Failure failure) {
        var waiting = asked.remove(number);
        if (waiting != null) {
            waiting.completeExceptionally(new SteadingException(failure));
        }
    }

    @GuardedBy("this")
    private ClientCallStreamObserver<AttendRequest> requests() {
        return Objects.requireNonNull(requests, "Set before the call is opened");
    }

    /// Waits for an answer.
    ///
    /// @throws SteadingException with what the server meant if the stream ends instead
    static AttendResponse await(Future<AttendResponse> answer, Duration patience)
            throws InterruptedException, TimeoutException {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SteadingException failed) {
                throw new SteadingException(failed.failure(), failed);
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Waits until the stream has ended, and returns why.
    Failure awaitEnd() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Says goodbye, and waits a little until the farm has heard it.
    void leave(Duration patience) throws InterruptedException {
        try {
            synchronized (this) {
                requests().onCompleted();
            }
            var _ = end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IllegalStateException | ExecutionException | TimeoutException _) {
            // Then the farm finds out by itself.
        }
    }

    /// Cuts the stream, if it has not ended.
    @Override
    public void close() {
        synchronized (this) {
            requests().cancel("The worker no longer attends by this stream", null);
        }
        over(LEFT);
    }

    private void over(Failure failure) {
        end.complete(failure);
        asked.keySet().forEach(number -> fail(number, failure));
    }

    private synchronized void begin(ClientCallStreamObserver<AttendRequest> stream) {
        requests = stream;
    }

    private final class Answers implements ClientResponseObserver<AttendRequest, AttendResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<AttendRequest> stream) {
            begin(stream);
        }

        @Override
        public void onNext(AttendResponse response) {
            var waiting = asked.remove(response.getSequence());
            if (waiting != null) {
                waiting.complete(response);
            } else {
                unasked.accept(response);
            }
        }

        @Override
        public void onError(Throwable thrown) {
            var status = Status.fromThrowable(thrown);
            over(Failures.of(new StatusException(status, Status.trailersFromThrowable(thrown)))
                    .failure());
        }

        @Override
        public void onCompleted() {
            over(LEFT);
        }
    }
}
