// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchReadBlobsResponse;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.FindMissingBlobsResponse;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.GetTreeResponse;
import build.steading.blob.BlobContent;
import build.steading.blob.BlobStore;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/// Speaks REAPI `ContentAddressableStorage` for a [BlobStore], without compression and without chunking.
final class CasService extends ContentAddressableStorageGrpc.ContentAddressableStorageImplBase {
    /// What a blob adds to a message of many, beside its bytes: its digest, a status, tags and lengths.
    private static final int OVERHEAD_BYTES = 96;

    private static final int MAX_PAGE_SIZE = 10_000;

    private final BlobStore blobs;
    private final NamedBlobs named;
    private final InstanceNames instances;
    private final GrpcLimits limits;

    CasService(BlobStore blobs, InstanceNames instances, GrpcLimits limits) {
        this.blobs = blobs;
        this.named = new NamedBlobs(blobs);
        this.instances = instances;
        this.limits = limits;
    }

    @Override
    public void findMissingBlobs(FindMissingBlobsRequest request, StreamObserver<FindMissingBlobsResponse> response) {
        instances.check(request.getInstanceName());
        Protos.checkFunction(request.getDigestFunction());
        var missing = blobs.findMissing(Protos.digests(request.getBlobDigestsList()));
        var answer = FindMissingBlobsResponse.newBuilder();
        missing.forEach(digest -> answer.addMissingBlobDigests(Digests.toProto(digest)));
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void batchUpdateBlobs(BatchUpdateBlobsRequest request, StreamObserver<BatchUpdateBlobsResponse> response) {
        instances.check(request.getInstanceName());
        Protos.checkFunction(request.getDigestFunction());
        checkBatch(request.getRequestsList().stream()
                .mapToLong(blob -> blob.getData().size())
                .sum());
        response.onNext(update(request.getRequestsList()));
        response.onCompleted();
    }

    @Override
    public void batchReadBlobs(BatchReadBlobsRequest request, StreamObserver<BatchReadBlobsResponse> response) {
        instances.check(request.getInstanceName());
        Protos.checkFunction(request.getDigestFunction());
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
        request.getDigestsList().forEach(digest -> answer.addResponses(read(digest)));
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void getTree(GetTreeRequest request, StreamObserver<GetTreeResponse> response) {
        instances.check(request.getInstanceName());
        Protos.checkFunction(request.getDigestFunction());
        var pageSize = Protos.pageSize(request.getPageSize(), MAX_PAGE_SIZE);
        var pages = new TreePages(named, limits.maxBatchBytes() - (1 << 20), pageSize)
                .from(Digests.fromProto(request.getRootDigest()), Protos.pageToken(request.getPageToken()));
        Pump.send(pages, response);
    }

    private void checkBatch(long totalBytes) {
        if (totalBytes > limits.maxBatchBytes()) {
            throw SteadingException.invalid(
                    "A batch of %d bytes exceeds the limit of %d bytes", totalBytes, limits.maxBatchBytes());
        }
    }

    /// A bad blob fails alone: the others of its batch are stored.
    private BatchUpdateBlobsResponse update(List<BatchUpdateBlobsRequest.Request> requests) {
        var answer = BatchUpdateBlobsResponse.newBuilder();
        var contents = new ArrayList<BlobContent>(requests.size());
        var places = new ArrayList<Integer>(requests.size());
        for (var request : requests) {
            var one = answer.addResponsesBuilder().setDigest(request.getDigest()).setStatus(GrpcStatus.OK);
            try {
                contents.add(content(request));
                places.add(answer.getResponsesCount() - 1);
            } catch (SteadingException e) {
                one.setStatus(GrpcStatus.of(e.failure()));
            }
        }
        blobs.putAll(contents)
                .forEach((i, failure) ->
                        answer.getResponsesBuilder(places.get(i)).setStatus(GrpcStatus.of(failure)));
        return answer.build();
    }

    private static BlobContent content(BatchUpdateBlobsRequest.Request request) {
        if (request.getCompressor() != Compressor.Value.IDENTITY) {
            throw SteadingException.invalid(
                    "Compressor `%s` is not served; allowed is `IDENTITY`", request.getCompressor());
        }
        return new BlobContent(Digests.fromProto(request.getDigest()), request.getData());
    }

    /// An absent blob fails alone: the others of its batch are returned.
    private BatchReadBlobsResponse.Response read(Digest digest) {
        var answer = BatchReadBlobsResponse.Response.newBuilder().setDigest(digest);
        try {
            var bytes = named.read(Digests.fromProto(digest));
            return answer.setData(wrap(bytes)).setStatus(GrpcStatus.OK).build();
        } catch (SteadingException e) {
            return answer.setStatus(GrpcStatus.of(e.failure())).build();
        }
    }

    private static ByteString wrap(byte[] bytes) {
        return UnsafeByteOperations.unsafeWrap(bytes);
    }
}
