// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicReference;

/// Ends calls that were opened, and whose one message never comes. Calls by which a client sends as long as it
/// likes have an order of their own: [Upload] has its patience, and others ping.
final class IdleCalls implements ServerInterceptor {
    private final Silence silence;

    IdleCalls(Silence silence) {
        this.silence = silence;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var type = call.getMethodDescriptor().getType();
        var listener = next.startCall(call, headers);
        return type == MethodType.UNARY || type == MethodType.SERVER_STREAMING
                ? new WaitingListener<>(listener, call, silence)
                : listener;
    }

    private enum State {
        WAITING,
        COMPLETE,
        ENDED
    }

    private static final class WaitingListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final Silence.Turn turn;

        WaitingListener(ServerCall.Listener<Q> listener, ServerCall<Q, ?> call, Silence silence) {
            super(listener);
            this.call = call;
            var seconds = silence.patience().toSeconds();
            this.turn = silence.begin(() -> end(seconds));
        }

        private void end(long seconds) {
            if (state.compareAndSet(State.WAITING, State.ENDED)) {
                var why = "No whole request came within %d s".formatted(seconds);
                call.close(Status.DEADLINE_EXCEEDED.withDescription(why), new Metadata());
            }
        }

        @Override
        public void onMessage(Q message) {
            if (state.get() == State.WAITING) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            turn.over();
            if (state.compareAndSet(State.WAITING, State.COMPLETE)) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            turn.over();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            turn.over();
            super.onComplete();
        }
    }
}
