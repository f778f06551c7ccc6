// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchReadBlobsResponse;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import com.google.bytestream.ReadRequest;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// What clients do with blobs. Calls throw what gRPC throws.
final class Blobs {
    /// Well below the smallest limit that servers announce.
    private static final int MAX_BATCH_BYTES = 1 << 20;

    private static final long DEFAULT_LIMIT_BYTES = 4_000_000;

    private final Target target;

    Blobs(Target target) {
        this.target = target;
    }

    /// Returns how many bytes of blobs a batch may have.
    long batchLimit() {
        var limit = target.announced().getCacheCapabilities().getMaxBatchTotalSizeBytes();
        return limit == 0 ? DEFAULT_LIMIT_BYTES : limit;
    }

    Set<Digest> missing(Collection<Digest> digests) {
        var request = FindMissingBlobsRequest.newBuilder()
                .setInstanceName(target.instance())
                .addAllBlobDigests(digests)
                .build();
        return new HashSet<>(target.cas().findMissingBlobs(request).getMissingBlobDigestsList());
    }

    boolean has(Digest digest) {
        return missing(List.of(digest)).isEmpty();
    }

    /// Uploads blobs, each of which must arrive. Big ones go one by one.
    void put(Collection<Blob> blobs) throws InterruptedException {
        var batch = new ArrayList<Blob>();
        var bytes = 0L;
        for (var blob : blobs) {
            if (blob.size() > MAX_BATCH_BYTES) {
                write(blob);
                continue;
            }
            if (bytes + blob.size() > MAX_BATCH_BYTES) {
                putBatch(batch);
                batch.clear();
                bytes = 0;
            }
            batch.add(blob);
            bytes += blob.size();
        }
        putBatch(batch);
    }

    Blob put(Blob blob) throws InterruptedException {
        put(List.of(blob));
        return blob;
    }

    /// Not every server has batches.
    private void putBatch(List<Blob> batch) throws InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        try {
            for (var response : update(batch).getResponsesList()) {
                Expect.equal(
                        "Upload of " + Blob.path(response.getDigest()),
                        0,
                        response.getStatus().getCode());
            }
        } catch (io.grpc.StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNIMPLEMENTED) {
                throw e;
            }
            for (var blob : batch) {
                write(blob);
            }
        }
    }

    private void write(Blob blob) throws InterruptedException {
        Expect.oneOf(upload(blob).whole(blob.data()).end().status(), Status.Code.OK);
    }

    BatchUpdateBlobsResponse update(Collection<Blob> blobs) {
        var request = BatchUpdateBlobsRequest.newBuilder().setInstanceName(target.instance());
        blobs.forEach(
                blob -> request.addRequestsBuilder().setDigest(blob.digest()).setData(blob.data()));
        return target.cas().batchUpdateBlobs(request.build());
    }

    BatchReadBlobsResponse batch(Collection<Digest> digests) {
        return target.cas()
                .batchReadBlobs(BatchReadBlobsRequest.newBuilder()
                        .setInstanceName(target.instance())
                        .addAllDigests(digests)
                        .build());
    }

    /// Begins to write a blob.
    Upload upload(Blob blob) {
        return new Upload(target, uploadName(blob, UUID.randomUUID().toString()));
    }

    String uploadName(Blob blob, String uuid) {
        return "%suploads/%s/blobs/%s".formatted(target.prefix(), uuid, blob.path());
    }

    String downloadName(Digest digest) {
        return "%sblobs/%s".formatted(target.prefix(), Blob.path(digest));
    }

    ByteString read(Digest digest) {
        return read(downloadName(digest), 0, 0);
    }

    ByteString read(String name, long offset, long limit) {
        var all = ByteString.EMPTY;
        for (var part : messages(name, offset, limit)) {
            all = all.concat(part);
        }
        return all;
    }

    /// Returns the content of each message of an answer.
    List<ByteString> messages(String name, long offset, long limit) {
        var request = ReadRequest.newBuilder()
                .setResourceName(name)
                .setReadOffset(offset)
                .setReadLimit(limit)
                .build();
        var parts = new ArrayList<ByteString>();
        target.bytes().read(request).forEachRemaining(part -> parts.add(part.getData()));
        return parts;
    }
}
