// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/// Ends calls of whoever does not read what he has asked for: an answer is in memory until it has left, and a
/// client can ask for many, by many calls, and leave them lying.
final class OutboundBytes implements ServerInterceptor {
    private static final String NOBODY = "";

    private final SharedRoom room;

    /// @param max most bytes of all callers together
    OutboundBytes(long max) {
        this.room = new SharedRoom("unread bytes", max);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var caller = Optional.ofNullable(Callers.KEY.get()).map(Identity::name).orElse(NOBODY);
        var counting = new CountingCall<>(call, room, caller);
        return new LeavingListener<>(next.startCall(counting, headers), counting);
    }

    /// Messages count until all of them have left, as far as gRPC tells: when it is ready for more, or the call
    /// is over. Thread-safe: one lock guards what counts, and nobody is called while it is held but the room.
    private static final class CountingCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final SharedRoom room;
        private final String caller;

        @GuardedBy("this")
        private long waiting;

        @GuardedBy("this")
        private boolean over;

        /// Whether the call was ended here: whoever answers it need not know.
        @GuardedBy("this")
        private boolean refused;

        CountingCall(ServerCall<Q, R> call, SharedRoom room, String caller) {
            super(call);
            this.room = room;
            this.caller = caller;
        }

        @Override
        public void sendMessage(R message) {
            if (isReady()) {
                left();
            }
            try {
                if (!enter(bytes(message))) {
                    return;
                }
            } catch (SteadingException e) {
                refuse(GrpcStatus.ofCall(e));
                return;
            }
            super.sendMessage(message);
        }

        /// Returns whether anybody is still to get it.
        private synchronized boolean enter(long bytes) {
            if (refused) {
                return false;
            }
            if (!over) {
                room.enter(caller, bytes);
                waiting += bytes;
            }
            return true;
        }

        private void refuse(StatusRuntimeException why) {
            synchronized (this) {
                refused = true;
            }
            super.close(why.getStatus(), Objects.requireNonNullElseGet(why.getTrailers(), Metadata::new));
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!isRefused()) {
                super.close(status, trailers);
            }
        }

        synchronized boolean isRefused() {
            return refused;
        }

        /// Notes that what was sent has left.
        synchronized void left() {
            room.leave(caller, waiting);
            waiting = 0;
        }

        /// Notes that nothing more will leave.
        synchronized void end() {
            over = true;
            left();
        }

        private static long bytes(Object message) {
            try {
                return message instanceof InputStream marshalled ? marshalled.available() : 0;
            } catch (IOException _) {
                // Whoever sends it is told the same.
                return 0;
            }
        }
    }

    private static final class LeavingListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final CountingCall<Q, ?> call;

        LeavingListener(ServerCall.Listener<Q> listener, CountingCall<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onReady() {
            call.left();
            super.onReady();
        }

        @Override
        public void onCancel() {
            call.end();
            super.onCancel();
        }

        /// To whoever answers, a call that was ended here is one whose client has gone: nobody waits any more.
        @Override
        public void onComplete() {
            call.end();
            if (call.isRefused()) {
                super.onCancel();
            } else {
                super.onComplete();
            }
        }
    }
}
