// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboundBytesTest {
    private final OutboundBytes outbound = new OutboundBytes(100);
    private final List<String> events = new ArrayList<>();

    /// A client that reads nothing, unless `ready`.
    private final class Silent extends ServerCall<InputStream, InputStream> {
        private boolean ready;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void sendMessage(InputStream message) {
            events.add("sent");
        }

        @Override
        public void close(Status status, Metadata trailers) {
            events.add(status.getCode().name());
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public Attributes getAttributes() {
            return Attributes.EMPTY;
        }

        @Override
        public MethodDescriptor<InputStream, InputStream> getMethodDescriptor() {
            throw new AssertionError("Nobody asks");
        }
    }

    private final class Service extends ServerCall.Listener<InputStream> {
        private final ServerCall<InputStream, InputStream> call;

        Service(ServerCall<InputStream, InputStream> call) {
            this.call = call;
        }

        @Override
        public void onMessage(InputStream message) {
            call.sendMessage(message);
        }

        @Override
        public void onHalfClose() {
            call.close(Status.OK, new Metadata());
        }

        @Override
        public void onCancel() {
            events.add("heard that it is cancelled");
        }

        @Override
        public void onComplete() {
            events.add("heard that it is complete");
        }
    }

    private ServerCall.Listener<InputStream> open(Silent client) {
        return outbound.interceptCall(client, new Metadata(), (call, _) -> new Service(call));
    }

    @Test
    void whoeverAnswersHearsThatNobodyReads() {
        var call = open(new Silent());
        call.onMessage(message(40));
        call.onMessage(message(40));
        call.onMessage(message(1));
        call.onHalfClose();
        call.onComplete();

        assertThat(events).containsExactly("sent", "RESOURCE_EXHAUSTED", "heard that it is cancelled");
    }

    @Test
    void whatHasLeftMakesRoom() {
        var reader = new Silent();
        var call = open(reader);
        call.onMessage(message(40));
        call.onReady();
        call.onMessage(message(40));
        reader.ready = true;
        call.onMessage(message(40));
        call.onHalfClose();
        call.onComplete();
        open(new Silent()).onMessage(message(50));

        assertThat(events).containsExactly("sent", "sent", "sent", "OK", "heard that it is complete", "sent");
    }

    private static InputStream message(int bytes) {
        return new ByteArrayInputStream(new byte[bytes]);
    }
}
