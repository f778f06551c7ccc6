// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsResponse;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/// The calls that storage gets most, against one server. Each server gets the same bytes. Not thread-safe.
final class WireLoad {
    static final int LARGE_BYTES = 256 << 20;

    private static final int BLOB_BYTES = 1024;
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int PER_BATCH = 100;
    private static final int PER_QUESTION = 1000;
    private static final int OUTPUTS = 4;
    private static final int IN_FLIGHT = 64;

    /// Writes wait for the disk: a farm has many at a time.
    private static final int WRITES_IN_FLIGHT = 256;

    private final WireClient client;
    private final Random random;
    private final List<Digest> stored = new ArrayList<>();
    private final byte[] chunk = new byte[CHUNK_BYTES];

    /// @param seed of all content
    WireLoad(WireClient client, long seed) {
        this.client = client;
        this.random = new Random(seed);
        random.nextBytes(chunk);
    }

    private static build.bazel.remote.execution.v2.Digest proto(Digest digest) {
        return Digests.toProto(digest);
    }

    private byte[] blob() {
        var bytes = new byte[BLOB_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }

    /// Stores new blobs of 1 KiB by `ByteStream.Write`, one a call.
    ///
    /// @return blobs a second
    double writes(int count) throws InterruptedException {
        var requests = new ArrayList<byte[]>();
        for (var i = 0; i < count; i++) {
            var bytes = blob();
            var digest = Digest.of(bytes);
            stored.add(digest);
            requests.add(WriteRequest.newBuilder()
                    .setResourceName(upload(digest))
                    .setFinishWrite(true)
                    .setData(ByteString.copyFrom(bytes))
                    .build()
                    .toByteArray());
        }
        return client.rate(ByteStreamGrpc.getWriteMethod(), requests, WRITES_IN_FLIGHT, _ -> {});
    }

    private static String upload(Digest digest) {
        return "uploads/%s/blobs/%s".formatted(UUID.randomUUID(), digest);
    }

    /// Stores new blobs of 1 KiB, 100 a call.
    ///
    /// @return blobs a second
    double batches(int count) throws InterruptedException {
        var requests = new ArrayList<byte[]>();
        for (var i = 0; i < count; i++) {
            var request = BatchUpdateBlobsRequest.newBuilder();
            for (var j = 0; j < PER_BATCH; j++) {
                var bytes = blob();
                var digest = Digest.of(bytes);
                stored.add(digest);
                request.addRequestsBuilder().setDigest(proto(digest)).setData(UnsafeByteOperations.unsafeWrap(bytes));
            }
            requests.add(request.build().toByteArray());
        }
        return PER_BATCH
                * client.rate(
                        ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(),
                        requests,
                        IN_FLIGHT / 4,
                        WireLoad::checkStored);
    }

    /// Demands that every blob of a batch was stored.
    static void checkStored(byte[] answer) {
        try {
            for (var response : BatchUpdateBlobsResponse.parseFrom(answer).getResponsesList()) {
                if (response.getStatus().getCode() != 0) {
                    throw new IllegalStateException(response.getStatus().getMessage());
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Reads blobs of 1 KiB, 100 a call.
    ///
    /// @return blobs a second
    double reads(int count) throws InterruptedException {
        var requests = new ArrayList<byte[]>();
        for (var i = 0; i < count; i++) {
            var request = BatchReadBlobsRequest.newBuilder();
            for (var j = 0; j < PER_BATCH; j++) {
                request.addDigests(proto(anyStored()));
            }
            requests.add(request.build().toByteArray());
        }
        return PER_BATCH
                * client.rate(
                        ContentAddressableStorageGrpc.getBatchReadBlobsMethod(), requests, IN_FLIGHT / 4, answer -> {
                            if (answer.length < PER_BATCH * BLOB_BYTES) {
                                throw new IllegalStateException("Blobs are missing");
                            }
                        });
    }

    private Digest anyStored() {
        return stored.get(random.nextInt(stored.size()));
    }

    /// Asks for 1,000 digests a call.
    ///
    /// @param present whether the blobs are there
    /// @return digests a second
    double questions(int count, boolean present) throws InterruptedException {
        var different = new ArrayList<byte[]>();
        for (var i = 0; i < 20; i++) {
            var request = FindMissingBlobsRequest.newBuilder();
            for (var j = 0; j < PER_QUESTION; j++) {
                request.addBlobDigests(proto(present ? anyStored() : Digest.of(blob())));
            }
            different.add(request.build().toByteArray());
        }
        var requests = IntStream.range(0, count)
                .mapToObj(i -> different.get(i % different.size()))
                .toList();
        return PER_QUESTION
                * client.rate(
                        ContentAddressableStorageGrpc.getFindMissingBlobsMethod(), requests, IN_FLIGHT / 8, answer -> {
                            if (present && answer.length > 0) {
                                throw new IllegalStateException("Blobs are missing");
                            }
                        });
    }

    /// Returns a result whose outputs are stored.
    ActionResult result() {
        var result = ActionResult.newBuilder();
        for (var i = 0; i < OUTPUTS; i++) {
            result.addOutputFilesBuilder().setPath("out/" + i).setDigest(proto(anyStored()));
        }
        return result.build();
    }

    void update(Digest action, ActionResult result) throws InterruptedException {
        var request = UpdateActionResultRequest.newBuilder()
                .setActionDigest(proto(action))
                .setActionResult(result)
                .build();
        client.rate(ActionCacheGrpc.getUpdateActionResultMethod(), List.of(request.toByteArray()), 1, _ -> {});
    }

    /// Asks for the results of these actions again and again.
    ///
    /// @return hits a second
    double hits(List<Digest> actions, int count) throws InterruptedException {
        var requests = actions.stream()
                .map(action -> GetActionResultRequest.newBuilder()
                        .setActionDigest(proto(action))
                        .build()
                        .toByteArray())
                .toList();
        var all = IntStream.range(0, count)
                .mapToObj(i -> requests.get(i % requests.size()))
                .toList();
        return client.rate(ActionCacheGrpc.getGetActionResultMethod(), all, IN_FLIGHT, _ -> {});
    }

    /// Returns a digest of 256 MiB that differ by `number`.
    Digest large(int number) {
        chunk[0] = (byte) number;
        var content = new SequenceInputStream(
                Collections.enumeration(Collections.nCopies(LARGE_BYTES / CHUNK_BYTES, chunk).stream()
                        .map(ByteArrayInputStream::new)
                        .toList()));
        try {
            return Digests.of(content);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Stores what [#large] last named.
    ///
    /// @return seconds
    double writeLarge(Digest digest) throws InterruptedException {
        var name = upload(digest);
        var data = UnsafeByteOperations.unsafeWrap(chunk);
        var begin = System.nanoTime();
        client.call(ByteStreamGrpc.getWriteMethod(), new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < LARGE_BYTES / CHUNK_BYTES;
            }

            @Override
            public byte[] next() {
                var message = WriteRequest.newBuilder()
                        .setWriteOffset((long) next * CHUNK_BYTES)
                        .setData(data);
                if (next++ == 0) {
                    message.setResourceName(name);
                }
                return message.setFinishWrite(!hasNext()).build().toByteArray();
            }
        });
        return (System.nanoTime() - begin) / 1e9;
    }

    /// Reads what was stored.
    ///
    /// @return seconds
    double readLarge(Digest digest) throws InterruptedException {
        var request =
                ReadRequest.newBuilder().setResourceName("blobs/" + digest).build();
        var begin = System.nanoTime();
        var bytes = client.call(
                ByteStreamGrpc.getReadMethod(), List.of(request.toByteArray()).iterator());
        if (bytes < LARGE_BYTES) {
            throw new IllegalStateException("Only %d bytes were read".formatted(bytes));
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
