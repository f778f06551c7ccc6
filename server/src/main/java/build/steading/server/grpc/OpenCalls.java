// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
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
        var place = new Place(room, caller);
        try {
            return new LeavingListener<>(next.startCall(new LeavingCall<>(call, place), headers), place);
        } catch (RuntimeException e) {
            place.leave();
            throw e;
        }
    }

    /// The room of one call, given back once, whoever says first that the call is over.
    private static final class Place {
        private final SharedRoom room;
        private final String caller;
        private final AtomicBoolean left = new AtomicBoolean();

        Place(SharedRoom room, String caller) {
            this.room = room;
            this.caller = caller;
        }

        void leave() {
            if (!left.getAndSet(true)) {
                room.leave(caller);
            }
        }
    }

    /// Makes room before the last of an answer goes out, so that whoever has it can call again. An answer that
    /// waits for its client to read keeps its room until it is gone.
    private static final class LeavingCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final Place place;

        LeavingCall(ServerCall<Q, R> call, Place place) {
            super(call);
            this.place = place;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            if (isReady()) {
                place.leave();
            }
            super.close(status, trailers);
        }
    }

    private static final class LeavingListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Place place;

        LeavingListener(ServerCall.Listener<Q> listener, Place place) {
            super(listener);
            this.place = place;
        }

        @Override
        public void onMessage(Q message) {
            guard(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            guard(super::onHalfClose);
        }

        /// What a service throws ends the call without passing by here again.
        private void guard(Runnable event) {
            try {
                event.run();
            } catch (RuntimeException e) {
                place.leave();
                throw e;
            }
        }

        @Override
        public void onCancel() {
            place.leave();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            place.leave();
            super.onComplete();
        }
    }
}
