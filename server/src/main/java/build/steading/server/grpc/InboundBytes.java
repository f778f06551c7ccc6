// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Identity;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Refuses messages of whoever has too many bytes under way to us, by however many calls: a message is in memory
/// until it has been dealt with, and a store takes what it takes.
final class InboundBytes implements ServerInterceptor {
    private static final String NOBODY = "";

    private final SharedRoom room;

    /// @param max most bytes of all callers together
    InboundBytes(long max) {
        this.room = new SharedRoom("bytes", max);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var caller = Optional.ofNullable(Callers.KEY.get()).map(Identity::name).orElse(NOBODY);
        return new CountingListener<>(next.startCall(call, headers), room, caller);
    }

    /// A message counts until the one after the next is done with: of a stream, one is being stored while another
    /// waits. All calls come from gRPC, one at a time.
    private static final class CountingListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final SharedRoom room;
        private final String caller;
        private long lastBytes;
        private long earlierBytes;

        CountingListener(ServerCall.Listener<Q> listener, SharedRoom room, String caller) {
            super(listener);
            this.room = room;
            this.caller = caller;
        }

        @Override
        public void onMessage(Q message) {
            var bytes = bytes(message);
            room.enter(caller, bytes);
            var done = earlierBytes;
            earlierBytes = lastBytes;
            lastBytes = bytes;
            super.onMessage(message);
            room.leave(caller, done);
        }

        private static long bytes(Object message) {
            try {
                return message instanceof InputStream unparsed ? unparsed.available() : 0;
            } catch (IOException _) {
                // Whoever reads it is told the same.
                return 0;
            }
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
            room.leave(caller, lastBytes + earlierBytes);
            lastBytes = 0;
            earlierBytes = 0;
        }
    }
}
