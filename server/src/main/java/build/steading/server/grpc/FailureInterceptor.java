// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/// Ends a call with the right status when its service throws. Only the first end of a call counts.
final class FailureInterceptor implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var closable = new ClosableCall<>(call);
        try {
            return new CatchingListener<>(next.startCall(closable, headers), closable);
        } catch (RuntimeException e) {
            closable.fail(e);
            return new ServerCall.Listener<>() {};
        }
    }

    private static final class ClosableCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final AtomicBoolean closed = new AtomicBoolean();

        ClosableCall(ServerCall<Q, R> call) {
            super(call);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (!closed.getAndSet(true)) {
                super.close(status, trailers);
            }
        }

        void fail(Throwable thrown) {
            var translated = GrpcStatus.ofCall(thrown);
            close(translated.getStatus(), Objects.requireNonNullElseGet(translated.getTrailers(), Metadata::new));
        }
    }

    private static final class CatchingListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ClosableCall<Q, ?> call;
        private boolean failed;

        CatchingListener(ServerCall.Listener<Q> listener, ClosableCall<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            guard(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            guard(super::onHalfClose);
        }

        @Override
        public void onReady() {
            guard(super::onReady);
        }

        @Override
        public void onCancel() {
            guard(super::onCancel);
        }

        /// A service that failed hears that its call is over, and nothing else of it: it may hold something.
        private void guard(Runnable event) {
            if (failed) {
                return;
            }
            try {
                event.run();
            } catch (RuntimeException e) {
                failed = true;
                call.fail(e);
                letGo();
            }
        }

        private void letGo() {
            try {
                super.onCancel();
            } catch (RuntimeException e) {
                // The call has ended with what went wrong first.
                call.fail(e);
            }
        }
    }
}
