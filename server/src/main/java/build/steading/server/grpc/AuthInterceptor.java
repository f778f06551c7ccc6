// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import build.steading.auth.Recognition;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Lets calls through whose caller is known and may make them; services find him in [Callers]. Who was let in
/// once is looked at again at each call, and about every second as long as he sends something.
final class AuthInterceptor implements ServerInterceptor {
    private static final long AGAIN_NANOS = 1_000_000_000;

    private final Authenticator authenticator;
    private final LongSupplier nanos;

    AuthInterceptor(Authenticator authenticator) {
        this(authenticator, System::nanoTime);
    }

    /// @param nanos a clock like `System.nanoTime`
    AuthInterceptor(Authenticator authenticator, LongSupplier nanos) {
        this.authenticator = authenticator;
        this.nanos = nanos;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var method = call.getMethodDescriptor();
        var needed = Right.neededFor(method.getFullMethodName());
        if (needed.equals(Optional.of(Right.JOIN))) {
            return next.startCall(call, headers);
        }
        return switch (authenticator.recognise(call, headers)) {
            case Recognition.Unknown(var why) -> refuse(call, Status.UNAUTHENTICATED.withDescription(why));
            case Recognition.Known(var caller) -> {
                var allowed = needed.filter(right -> right.isOf(caller.role())).isPresent();
                yield allowed || NoSuchMethod.is(method)
                        ? letIn(caller, call, headers, next)
                        : refuse(call, denied(caller, method.getFullMethodName(), needed));
            }
        };
    }

    private <Q, R> ServerCall.Listener<Q> letIn(
            Identity caller, ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var context = Context.current().withValue(Callers.KEY, caller);
        var listener = Contexts.interceptCall(context, call, headers, next);
        return new WatchedListener<>(listener, () -> authenticator.recognise(call, headers), nanos);
    }

    private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static Status denied(Identity caller, String method, Optional<Right> needed) {
        var message = needed.map(right ->
                        "%s may not call `%s`: for that one has to be %s; ask an admin for a token (`steading token create %s`)"
                                .formatted(
                                        caller.described(),
                                        method,
                                        right.least().text(),
                                        right.least().text()))
                .orElse("`%s` is open to nobody".formatted(method));
        return Status.PERMISSION_DENIED.withDescription(message);
    }

    /// Ends a call whose caller is not let in any more.
    private static final class WatchedListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Supplier<Recognition> again;
        private final LongSupplier nanos;
        private long checkedNanos;

        WatchedListener(ServerCall.Listener<Q> listener, Supplier<Recognition> again, LongSupplier nanos) {
            super(listener);
            this.again = again;
            this.nanos = nanos;
            this.checkedNanos = nanos.getAsLong();
        }

        @Override
        public void onMessage(Q message) {
            var now = nanos.getAsLong();
            if (now - checkedNanos >= AGAIN_NANOS) {
                checkedNanos = now;
                if (again.get() instanceof Recognition.Unknown(var why)) {
                    super.onCancel();
                    throw Status.UNAUTHENTICATED.withDescription(why).asRuntimeException();
                }
            }
            super.onMessage(message);
        }
    }
}
