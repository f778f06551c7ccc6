// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// Ways in which other servers, and bad networks, differ from a good server.
final class Quirks {
    private Quirks() {}

    /// Fails the first `times` calls of the methods with this name.
    static ServerInterceptor failing(String method, int times, Status status, Metadata trailers) {
        var left = new AtomicInteger(times);
        return failing(name -> name.equals(method) && left.getAndDecrement() > 0, status, trailers);
    }

    /// Fails all calls of the methods that match.
    static ServerInterceptor failing(Predicate<String> methods, Status status, Metadata trailers) {
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                if (methods.test(call.getMethodDescriptor().getBareMethodName())) {
                    call.close(status, trailers);
                    return new ServerCall.Listener<>() {};
                }
                return next.startCall(call, headers);
            }
        };
    }

    /// Ends the first `times` streams of the methods with this name after so many messages.
    static ServerInterceptor cutting(String method, int times, int messages, Status status) {
        var left = new AtomicInteger(times);
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                var cut = method.equals(call.getMethodDescriptor().getBareMethodName()) && left.getAndDecrement() > 0;
                return next.startCall(cut ? new CutCall<>(call, messages, status) : call, headers);
            }
        };
    }

    /// Ends the first `times` calls of the methods with this name just before their first answer.
    static ServerInterceptor mute(String method, int times, Status status) {
        var left = new AtomicInteger(times);
        return new ServerInterceptor() {
            @Override
            public <Q, R> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                var mute = method.equals(call.getMethodDescriptor().getBareMethodName()) && left.getAndDecrement() > 0;
                return next.startCall(mute ? new MuteCall<>(call, status) : call, headers);
            }
        };
    }

    private static final class MuteCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Status status;

        MuteCall(ServerCall<Q, R> call, Status status) {
            super(call);
            this.status = status;
        }

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(R message) {
            close(status, new Metadata());
        }

        @Override
        public void close(Status how, Metadata trailers) {
            if (!ended.getAndSet(true)) {
                super.close(how, trailers);
            }
        }
    }

    private static final class CutCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final AtomicInteger left;
        private final Status status;

        CutCall(ServerCall<Q, R> call, int messages, Status status) {
            super(call);
            this.left = new AtomicInteger(messages);
            this.status = status;
        }

        @Override
        public void sendMessage(R message) {
            var now = left.getAndDecrement();
            if (now > 0) {
                super.sendMessage(message);
            }
            if (now == 1) {
                super.close(status, new Metadata());
            }
        }

        @Override
        public void close(Status how, Metadata trailers) {
            if (left.get() > 0) {
                super.close(how, trailers);
            }
        }
    }
}
