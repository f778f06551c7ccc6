// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;

import com.google.bytestream.ReadRequest;
import com.google.bytestream.ReadResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Many streams, slow readers and long messages.
final class TransportChecks {
    private static final int STREAMS = 500;
    private static final int SLOW_READERS = 8;
    private static final int BIG_BYTES = 16 << 20;
    private static final int TOO_LONG_BYTES = (4 << 20) + 1;

    private TransportChecks() {}

    static List<Check> all() {
        return List.of(
                should("112", "500 clients may wait for one operation", TransportChecks::manyStreams),
                must("113", "Readers that do not read block nobody else", TransportChecks::slowReaders),
                must(
                        "114",
                        "A message that is too long is refused, and the connection lives",
                        TransportChecks::tooLong),
                info("115", "Whether instances share results", TransportChecks::instances));
    }

    private static String manyStreams(Target target) throws InterruptedException {
        var first = target.jobs().start(Job.sh("sleep 2; echo hello"));
        var name = first.first().getName();
        var watches = new ArrayList<Watch>();
        for (var i = 0; i < STREAMS; i++) {
            watches.add(target.jobs().waitFor(name));
        }
        for (var watch : watches) {
            watch.await().ok(target);
        }
        return "";
    }

    private static String slowReaders(Target target) throws InterruptedException {
        var big = Blob.random(BIG_BYTES);
        target.blobs().put(big);
        var readers = new ArrayList<NeverReads>();
        try {
            for (var i = 0; i < SLOW_READERS; i++) {
                var reader = new NeverReads();
                var name = target.blobs().downloadName(big.digest());
                target.streams()
                        .read(ReadRequest.newBuilder().setResourceName(name).build(), reader);
                readers.add(reader);
            }
            var begun = System.nanoTime();
            var small = target.blobs().put(Blob.random(1_000));
            Expect.equal("Content", small.data(), target.blobs().read(small.digest()));
            return "another blob took %d ms"
                    .formatted(Duration.ofNanos(System.nanoTime() - begun).toMillis());
        } finally {
            readers.forEach(NeverReads::cancel);
        }
    }

    private static String tooLong(Target target) throws Exception {
        var blob = Blob.random(TOO_LONG_BYTES);
        var seen = Expect.refused(() -> target.blobs().update(List.of(blob)), RESOURCE_EXHAUSTED, INVALID_ARGUMENT);
        Expect.that(target.blobs().has(Blob.EMPTY.digest()), "the empty blob is missing");
        return seen;
    }

    private static String instances(Target target) throws Exception {
        var job = Job.sh("true");
        target.jobs().succeed(job);
        var other = target.instance("another");
        return "result of another instance: "
                + Expect.statusOf(() -> other.jobs().cached(job.digest())).getCode();
    }

    /// Asks for everything and takes nothing.
    private static final class NeverReads implements ClientResponseObserver<ReadRequest, ReadResponse> {
        private volatile @org.jspecify.annotations.Nullable ClientCallStreamObserver<ReadRequest> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<ReadRequest> stream) {
            stream.disableAutoRequestWithInitial(1);
            call = stream;
        }

        void cancel() {
            var stream = call;
            if (stream != null) {
                stream.cancel("The check wants it so", null);
            }
        }

        @Override
        public void onNext(ReadResponse value) {
            // That was the only one.
        }

        @Override
        public void onError(Throwable cause) {
            // Its own doing.
        }

        @Override
        public void onCompleted() {
            // Small blobs come in one message.
        }
    }
}
