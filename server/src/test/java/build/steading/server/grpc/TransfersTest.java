// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import com.google.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransfersTest {
    private static final Digest DIGEST = Digest.of(new byte[100]);

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Transfers transfers = new Transfers(blobs, 2);
    private final Upload call = new Upload(blobs, InstanceNames.ANY, 1_000, transfers, new Silent());

    @Test
    void eldestBrokenUploadGivesWay() throws InterruptedException {
        for (var name : new String[] {"a", "b", "c"}) {
            breakOff(name);
        }

        assertThat(transfers.receivedBytes("a")).isZero();
        assertThat(transfers.receivedBytes("b")).isEqualTo(10);
        assertThat(transfers.receivedBytes("c")).isEqualTo(10);
    }

    @Test
    void uploadThatIsNotKnownToBeBrokenIsLeftAlone() {
        transfers.begin("a", DIGEST, Compression.IDENTITY, call);

        assertThatThrownBy(() -> transfers.resume("a", 0, call)).hasMessageContaining("Another call still writes");
    }

    @Test
    void uploadThatBeganAnewIsNotTheOneBefore() throws InterruptedException {
        var before = transfers.begin("a", DIGEST, Compression.IDENTITY, call);
        before.offer(ByteString.copyFrom(new byte[10]), false);
        transfers.begin("a", DIGEST, Compression.IDENTITY, call);

        transfers.keep(before);

        assertThat(transfers.receivedBytes("a")).isZero();
    }

    @Test
    void readerOfAnUploadThatStallsGivesUp() {
        try (var pipe = new UploadPipe(Duration.ofMillis(1))) {
            assertThatThrownBy(pipe::read).isInstanceOf(IOException.class).hasMessageContaining("Nothing came");
        }
    }

    private void breakOff(String name) throws InterruptedException {
        var transfer = transfers.begin(name, DIGEST, Compression.IDENTITY, call);
        transfer.offer(ByteString.copyFrom(new byte[10]), false);
        transfers.keep(transfer);
    }

    private static final class Silent implements StreamObserver<WriteResponse> {
        @Override
        public void onNext(WriteResponse value) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
