// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/// One client's stream of news about an operation. A client that is slow to read misses what has been overtaken,
/// never the end, and costs no memory.
///
/// Thread-safe: one lock makes messages leave one at a time and in order; sending does not block.
final class Watcher {
    /// A client is ready when it has taken all but so much: what waits for it beyond that would be out of date.
    private static final int READY_BYTES = 1;

    private final ServerCallStreamObserver<Operation> response;
    private final RunningOperation operation;
    private final UnaryOperator<Operation> last;
    private final InstantSource clock;

    @GuardedBy("this")
    private long sentVersion = -1;

    @GuardedBy("this")
    private Instant sentAt = Instant.MIN;

    @GuardedBy("this")
    private boolean ended;

    private Watcher(
            ServerCallStreamObserver<Operation> response,
            RunningOperation operation,
            UnaryOperator<Operation> last,
            InstantSource clock) {
        this.response = response;
        this.operation = operation;
        this.last = last;
        this.clock = clock;
    }

    /// Tells the client how `operation` stands, and then whatever happens to it, until its end.
    ///
    /// @param last makes the last message what this client is to get
    static void attach(
            StreamObserver<Operation> response,
            RunningOperation operation,
            UnaryOperator<Operation> last,
            InstantSource clock) {
        var call = (ServerCallStreamObserver<Operation>) response;
        var watcher = new Watcher(call, operation, last, clock);
        call.setOnReadyThreshold(READY_BYTES);
        call.setOnCancelHandler(watcher::detach);
        call.setOnReadyHandler(watcher::changed);
        operation.add(watcher);
        watcher.changed();
    }

    /// Sends how the operation stands, if the client does not know it yet and is ready, or it is the first or the
    /// last message.
    synchronized void changed() {
        var state = operation.state();
        if (state.version() > sentVersion && (sentVersion < 0 || state.ended() || response.isReady())) {
            send(state);
        }
    }

    /// Repeats the last message to a client that has not heard from us for `interval`.
    synchronized void repeat(Instant now, Duration interval) {
        if (!now.isBefore(sentAt.plus(interval)) && response.isReady()) {
            send(operation.state());
        }
    }

    @GuardedBy("this")
    private void send(OperationState state) {
        if (ended) {
            return;
        }
        // The client may act on the message before onNext() returns, so what is noted is when it was sent, not
        // after.
        sentAt = clock.instant();
        sentVersion = state.version();
        response.onNext(state.ended() ? last.apply(state.message()) : state.message());
        if (state.ended()) {
            ended = true;
            response.onCompleted();
        }
    }

    private void detach() {
        synchronized (this) {
            ended = true;
        }
        operation.remove(this);
    }
}
