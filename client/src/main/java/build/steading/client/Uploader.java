// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.digest.Digest;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;

/// Writes blobs by stream. What breaks begins anew, so contents are given as something that can be opened again.
/// Thread-safe.
final class Uploader {
    /// A multiple of what strict servers buffer.
    private static final int CHUNK_BYTES = 64 << 10;

    private final Connection connection;

    Uploader(Connection connection) {
        this.connection = connection;
    }

    /// Content that can be read from its start again and again.
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    /// @throws build.steading.failure.SteadingException with what the server meant
    void upload(Digest digest, Content content) {
        connection.retrying(() -> {
            try (var in = content.open()) {
                return uploadOnce(digest, in);
            } catch (IOException e) {
                throw Status.UNAVAILABLE
                        .withDescription("Content of blob `%s` cannot be read".formatted(digest))
                        .withCause(e)
                        .asException();
            }
        });
    }

    private WriteResponse uploadOnce(Digest digest, InputStream in)
            throws IOException, StatusException, InterruptedException {
        var stub = connection.prepare(ByteStreamGrpc.newBlockingV2Stub(connection.channel()));
        var call = connection.withDeadline(stub, digest.sizeBytes()).write();
        try {
            send(call, digest, in);
            call.halfClose();
            var response = call.read();
            if (response == null || response.getCommittedSize() != digest.sizeBytes()) {
                throw Status.UNAVAILABLE
                        .withDescription("The server did not take all of blob `%s`".formatted(digest))
                        .asException();
            }
            return response;
        } finally {
            call.cancel("The upload has ended", null);
        }
    }

    /// Sends all of `in`, or less if the server has heard enough.
    private void send(BlockingClientCall<WriteRequest, WriteResponse> call, Digest digest, InputStream in)
            throws IOException, StatusException, InterruptedException {
        var name = "%suploads/%s/blobs/%s".formatted(connection.prefix(), UUID.randomUUID(), digest);
        var offset = 0L;
        boolean more;
        do {
            var piece = in.readNBytes(CHUNK_BYTES);
            var end = offset + piece.length;
            var message = WriteRequest.newBuilder()
                    .setResourceName(offset == 0 ? name : "")
                    .setWriteOffset(offset)
                    .setFinishWrite(end >= digest.sizeBytes())
                    .setData(UnsafeByteOperations.unsafeWrap(piece))
                    .build();
            more = call.write(message) && piece.length > 0 && end < digest.sizeBytes();
            offset = end;
        } while (more);
    }
}
