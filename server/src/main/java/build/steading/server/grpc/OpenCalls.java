// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Refuses calls of whoever has too many open, by however many connections.
final class OpenCalls implements ServerInterceptor {
    /// Those who are about to join share the room of one.
    private static final String NOBODY = "";

    private final SharedRoom room;

    /// @param max most open calls of all callers together
    OpenCalls(int max) {
        this.room = new SharedRoom("calls", max);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var caller = Optional.ofNullable(Callers.KEY.get()).map(Identity::name).orElse(NOBODY);
        room.enter(caller);
        try {
            return new LeavingListener<>(next.startCall(call, headers), () -> room.leave(caller));
        } catch (RuntimeException e) {
            room.leave(caller);
            throw e;
        }
    }

    /// Makes room when the call is over, once: a call may be told so twice.
    private static final class LeavingListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Runnable leave;
        private final AtomicBoolean left = new AtomicBoolean();

        LeavingListener(ServerCall.Listener<Q> listener, Runnable leave) {
            super(listener);
            this.leave = leave;
        }

        @Override
        public void onCancel() {
            leave();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            leave();
            super.onComplete();
        }

        private void leave() {
            if (!left.getAndSet(true)) {
                leave.run();
            }
        }
    }
}
