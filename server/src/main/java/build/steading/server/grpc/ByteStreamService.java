// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.blob.BlobStore;
import build.steading.failure.SteadingException;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.QueryWriteStatusRequest;
import com.google.bytestream.QueryWriteStatusResponse;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.ReadResponse;
import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import io.grpc.stub.StreamObserver;
import java.util.Set;

/// Speaks `ByteStream` for a [BlobStore], blobs of any size, and for an [OperationBook], what actions print. A
/// broken upload goes on where it broke, unless it travels compressed.
final class ByteStreamService extends ByteStreamGrpc.ByteStreamImplBase {
    private final BlobStore blobs;
    private final NamedBlobs named;
    private final OperationBook operations;
    private final InstanceNames instances;
    private final long maxBlobBytes;
    private final Transfers transfers;
    private final Silence silence;

    /// @param silence ends uploads that do not go on
    ByteStreamService(
            BlobStore blobs, OperationBook operations, InstanceNames instances, long maxBlobBytes, Silence silence) {
        this.blobs = blobs;
        this.named = new NamedBlobs(blobs);
        this.operations = operations;
        this.instances = instances;
        this.maxBlobBytes = maxBlobBytes;
        this.silence = silence;
        this.transfers = new Transfers(blobs);
    }

    @Override
    public void read(ReadRequest request, StreamObserver<ReadResponse> response) {
        var stream = StreamName.parse(request.getResourceName());
        if (stream.isPresent()) {
            follow(stream.get(), request, response);
            return;
        }
        var resource = ResourceName.ofDownload(request.getResourceName());
        instances.check(resource.instance());
        var digest = resource.digest();
        Chunks.checkRange(digest, request.getReadOffset(), request.getReadLimit());
        var compression = resource.compression();
        if (compression != Compression.IDENTITY && request.getReadLimit() != 0) {
            throw SteadingException.invalid(
                    "What is read compressed cannot be limited: `%s`", request.getResourceName());
        }
        var content = named.open(digest);
        var chunks = compression == Compression.IDENTITY
                ? Chunks.of(digest, content, request.getReadOffset(), request.getReadLimit())
                : Chunks.compressed(digest, content, request.getReadOffset(), compression);
        Pump.send(chunks, response);
    }

    private void follow(StreamName name, ReadRequest request, StreamObserver<ReadResponse> response) {
        var operation = operations
                .lookUp(name.operation())
                .filter(known -> known.hasBegun(name.attempt()))
                .orElseThrow(() -> SteadingException.notFound("Stream `%s` is not known, or not any more", name));
        var range = new LogStream.Range(request.getReadOffset(), request.getReadLimit());
        Pump.send(new LogStream(operation, name, named, range), response);
    }

    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> response) {
        return new Upload(blobs, instances, maxBlobBytes, transfers, response).within(silence);
    }

    @Override
    public void queryWriteStatus(QueryWriteStatusRequest request, StreamObserver<QueryWriteStatusResponse> response) {
        var resource = ResourceName.ofUpload(request.getResourceName());
        instances.check(resource.instance());
        var digest = resource.digest();
        var complete = blobs.findMissing(Set.of(digest)).isEmpty();
        response.onNext(QueryWriteStatusResponse.newBuilder()
                .setComplete(complete)
                .setCommittedSize(complete ? digest.sizeBytes() : transfers.receivedBytes(request.getResourceName()))
                .build());
        response.onCompleted();
    }
}
