// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.api.v1.BuildNews;
import build.steading.api.v1.BuildsGrpc;
import build.steading.api.v1.ObserveRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Reads only when told to.
final class SlowClient extends ClientCall.Listener<BuildNews> {
    private final ClientCall<ObserveRequest, BuildNews> call;
    private final LinkedBlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    private long outputBytes;
    private boolean ended;

    /// Begins to observe a build.
    SlowClient(ManagedChannel channel, long build) {
        call = channel.newCall(BuildsGrpc.getObserveMethod(), CallOptions.DEFAULT);
        call.start(this, new Metadata());
        call.sendMessage(ObserveRequest.newBuilder().setBuild(build).build());
        call.halfClose();
    }

    @Override
    public void onMessage(BuildNews news) {
        heard.add(news);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        heard.add(status);
    }

    long outputBytes() {
        return outputBytes;
    }

    boolean hasEnded() {
        return ended;
    }

    /// Reads so many messages.
    void read(int messages) throws InterruptedException {
        for (var i = 0; i < messages; i++) {
            call.request(1);
            note(heard.poll(20, TimeUnit.SECONDS));
        }
    }

    /// Reads until the server says no more.
    void readToTheEnd() throws InterruptedException {
        while (!ended) {
            call.request(1);
            var next = heard.poll(20, TimeUnit.SECONDS);
            if (next instanceof Status status) {
                assertThat(status.isOk()).isTrue();
                return;
            }
            note(next);
        }
    }

    private void note(Object message) {
        assertThat(message).isInstanceOf(BuildNews.class);
        for (var event : ((BuildNews) message).getEventsList()) {
            ended |= event.hasEnded();
            if (event.hasOutput()) {
                assertThat(event.getOutput().getAt().getOffset()).isEqualTo(outputBytes);
                outputBytes += event.getOutput().getLog().size();
            }
        }
    }
}
