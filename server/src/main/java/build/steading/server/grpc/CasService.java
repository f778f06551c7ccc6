// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchReadBlobsResponse;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.ChunkingFunction;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.FindMissingBlobsResponse;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.GetTreeResponse;
import build.bazel.remote.execution.v2.SpliceBlobRequest;
import build.bazel.remote.execution.v2.SpliceBlobResponse;
import build.bazel.remote.execution.v2.SplitBlobRequest;
import build.bazel.remote.execution.v2.SplitBlobResponse;
import build.steading.blob.BlobContent;
import build.steading.blob.BlobStore;
import build.steading.chunk.ChunkedBlobs;
import build.steading.chunk.FastCdc;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.google.rpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Speaks REAPI `ContentAddressableStorage` for a [BlobStore].
final class CasService extends ContentAddressableStorageGrpc.ContentAddressableStorageImplBase {
    /// What a blob adds to a message of many, beside its bytes: its digest, a status, tags and lengths.
    private static final int OVERHEAD_BYTES = 96;

    /// What the answer to an upload adds to a digest: a status without words, tags and lengths.
    private static final int STATUS_BYTES = 20;

    /// In how large a batch each blob may be refused with a reason; in larger ones it would not fit.
    private static final int MAX_REASONS = 4_000;

    private static final int MAX_PAGE_SIZE = 10_000;

    private final BlobStore blobs;
    private final NamedBlobs named;
    private final ChunkedBlobs chunked;
    private final InstanceNames instances;
    private final GrpcLimits limits;

    CasService(BlobStore blobs, ChunkedBlobs chunked, InstanceNames instances, GrpcLimits limits) {
        this.blobs = blobs;
        this.chunked = chunked;
        this.named = new NamedBlobs(blobs);
        this.instances = instances;
        this.limits = limits;
    }

    @Override
    public void findMissingBlobs(FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var missing = blobs.findMissing(Protos.digests(request.getBlobDigestsList(), function));
        var answer = FindMissingBlobsResponse.newBuilder();
        missing.forEach(digest -> answer.addMissingBlobDigests(Digests.toProto(digest)));
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void batchUpdateBlobs(BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        checkBatch(
                request.getRequestsList().stream().mapToLong(CasService::sizeOf).sum());
        checkAnswer(request.getRequestsList());
        response.onNext(update(request.getRequestsList(), function));
        response.onCompleted();
    }

    @Override
    public void batchReadBlobs(BatchReadBlobsRequest request, StreamObserver<BatchReadBlobsResponse> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var totalBytes = request.getDigestsList().stream()
                .mapToLong(digest -> Math.clamp(digest.getSizeBytes(), 0, Integer.MAX_VALUE))
                .sum();
        checkBatch(totalBytes);
        if (totalBytes + (long) request.getDigestsCount() * OVERHEAD_BYTES > limits.maxMessageBytes()) {
            throw SteadingException.invalid(
                    "%d blobs with %d bytes do not fit into one answer of %d bytes",
                    request.getDigestsCount(), totalBytes, limits.maxMessageBytes());
        }
        var answer = BatchReadBlobsResponse.newBuilder();
        var compressed = request.getAcceptableCompressorsList().contains(Compressor.Value.ZSTD);
        request.getDigestsList().forEach(digest -> answer.addResponses(read(digest, function, compressed)));
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void getTree(GetTreeRequest request, StreamObserver<GetTreeResponse> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var pageSize = Protos.pageSize(request.getPageSize(), MAX_PAGE_SIZE);
        var pages = new TreePages(named, limits.maxBatchBytes() - (1 << 20), pageSize)
                .from(Digests.fromProto(request.getRootDigest(), function), Protos.pageToken(request.getPageToken()));
        Pump.send(pages, response);
    }

    /// Whatever function the client would like, ours is the one that splits: clients join chunks of any.
    @Override
    public void splitBlob(SplitBlobRequest request, StreamObserver<SplitBlobResponse> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var blob = Digests.fromProto(request.getBlobDigest(), function);
        checkChunks(blob);
        var answer = SplitBlobResponse.newBuilder().setChunkingFunction(ChunkingFunction.Value.FAST_CDC_2020);
        NamedBlobs.named(() -> chunked.split(blob)).forEach(chunk -> answer.addChunkDigests(Digests.toProto(chunk)));
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void spliceBlob(SpliceBlobRequest request, StreamObserver<SpliceBlobResponse> response) {
        instances.check(request.getInstanceName());
        var function = Digests.fromProto(request.getDigestFunction());
        var blob = Digests.fromProto(request.getBlobDigest(), function);
        if (blob.sizeBytes() > limits.maxBlobBytes()) {
            throw SteadingException.invalid("Blob `%s` exceeds the limit of %d bytes", blob, limits.maxBlobBytes());
        }
        var chunks = request.getChunkDigestsList().stream()
                .map(chunk -> Digests.fromProto(chunk, function))
                .toList();
        NamedBlobs.named(() -> {
            chunked.splice(blob, chunks);
            return blob;
        });
        response.onNext(SpliceBlobResponse.newBuilder()
                .setBlobDigest(request.getBlobDigest())
                .build());
        response.onCompleted();
    }

    /// Refuses what could not be answered before it is split.
    private void checkChunks(build.steading.digest.Digest blob) {
        var mostChunks = limits.maxMessageBytes() / OVERHEAD_BYTES;
        if (blob.sizeBytes() / FastCdc.STANDARD.minBytes() >= mostChunks) {
            throw SteadingException.notFound(
                    "Blob `%s` may have more than %d chunks, which is what a message holds", blob, mostChunks);
        }
    }

    private void checkBatch(long totalBytes) {
        if (totalBytes > limits.maxBatchBytes()) {
            throw SteadingException.invalid(
                    "A batch of %d bytes exceeds the limit of %d bytes", totalBytes, limits.maxBatchBytes());
        }
    }

    /// Refuses what could not be answered.
    private void checkAnswer(List<BatchUpdateBlobsRequest.Request> requests) {
        var bytes = requests.stream()
                .mapToLong(request -> request.getDigest().getSerializedSize() + STATUS_BYTES)
                .sum();
        if (bytes > limits.maxMessageBytes()) {
            throw SteadingException.invalid(
                    "The answer to a batch of %d blobs does not fit into a message of %d bytes",
                    requests.size(), limits.maxMessageBytes());
        }
    }

    /// Returns what a blob counts: what it has when it is expanded, as far as that is to be believed.
    private static long sizeOf(BatchUpdateBlobsRequest.Request blob) {
        return blob.getCompressor() == Compressor.Value.IDENTITY
                ? blob.getData().size()
                : Math.clamp(blob.getDigest().getSizeBytes(), 0, Integer.MAX_VALUE);
    }

    /// A bad blob fails alone: the others of its batch are stored.
    private BatchUpdateBlobsResponse update(List<BatchUpdateBlobsRequest.Request> requests, HashFunction function) {
        var answer = BatchUpdateBlobsResponse.newBuilder();
        var contents = new ArrayList<BlobContent>(requests.size());
        var places = new ArrayList<Integer>(requests.size());
        for (var request : requests) {
            var one =
                    answer.addResponsesBuilder().setDigest(request.getDigest()).setStatus(GrpcStatus.OK);
            try {
                contents.add(content(request, function));
                places.add(answer.getResponsesCount() - 1);
            } catch (SteadingException e) {
                one.setStatus(refusal(e.failure(), requests.size()));
            }
        }
        blobs.putAll(contents)
                .forEach((i, failure) ->
                        answer.getResponsesBuilder(places.get(i)).setStatus(refusal(failure, requests.size())));
        return answer.build();
    }

    private static Status refusal(Failure failure, int blobs) {
        var status = GrpcStatus.of(failure);
        return blobs <= MAX_REASONS
                ? status
                : Status.newBuilder().setCode(status.getCode()).build();
    }

    private static BlobContent content(BatchUpdateBlobsRequest.Request request, HashFunction function) {
        var digest = Digests.fromProto(request.getDigest(), function);
        var compression = compression(request.getCompressor());
        if (compression == Compression.IDENTITY) {
            return new BlobContent(digest, request.getData());
        }
        try (var content = compression.expanded(request.getData().newInput(), digest)) {
            return new BlobContent(digest, ByteString.readFrom(content));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Compression compression(Compressor.Value compressor) {
        return switch (compressor) {
            case IDENTITY -> Compression.IDENTITY;
            case ZSTD -> Compression.ZSTD;
            default ->
                throw SteadingException.invalid(
                        "Compressor `%s` is not served; allowed are `IDENTITY` and `ZSTD`", compressor);
        };
    }

    /// An absent blob fails alone: the others of its batch are returned.
    private BatchReadBlobsResponse.Response read(Digest digest, HashFunction function, boolean compressed) {
        var answer = BatchReadBlobsResponse.Response.newBuilder().setDigest(digest);
        try {
            var bytes = named.read(Digests.fromProto(digest, function));
            var frame = compressed ? Compression.smaller(bytes) : Optional.<byte[]>empty();
            frame.ifPresent(_ -> answer.setCompressor(Compressor.Value.ZSTD));
            return answer.setData(wrap(frame.orElse(bytes)))
                    .setStatus(GrpcStatus.OK)
                    .build();
        } catch (SteadingException e) {
            return answer.setStatus(GrpcStatus.of(e.failure())).build();
        }
    }

    private static ByteString wrap(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
