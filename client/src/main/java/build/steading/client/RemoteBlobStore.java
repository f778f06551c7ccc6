// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchReadBlobsResponse;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc.ContentAddressableStorageBlockingV2Stub;
import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.VerifyingInputStream;
import build.steading.digest.Digest;
import build.steading.digest.DigestingInputStream;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The blobs of a server. Small ones travel in one message, others as streams; servers without messages for small
/// ones get streams only. Both ways are verified: what arrives, and what is sent before it is.
///
/// Thread-safe. Calls may run in parallel and should, where there are many blobs.
final class RemoteBlobStore implements BlobStore {
    private static final int MAX_DIGESTS = 10_000;

    /// What a message needs beside the bytes of its only blob.
    private static final int OVERHEAD_BYTES = 1_024;

    private static final int WORTH_COMPRESSING_BYTES = 256;

    private static final int BUFFER_BYTES = 128 << 10;

    private static final Status OK = Status.getDefaultInstance();

    private static final Status NO_ANSWER = Status.newBuilder()
            .setCode(Code.INTERNAL_VALUE)
            .setMessage("The server does not answer for every blob")
            .build();

    private final Connection connection;
    private final ServerLimits limits;
    private final Uploader uploader;
    private volatile boolean streamsOnly;

    RemoteBlobStore(Connection connection) {
        this.connection = connection;
        this.limits = new ServerLimits(connection);
        this.uploader = new Uploader(connection);
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var missing = new HashSet<Digest>();
        byFunction(digests).forEach((function, all) -> {
            for (var start = 0; start < all.size(); start += MAX_DIGESTS) {
                missing.addAll(ask(function, all.subList(start, Math.min(all.size(), start + MAX_DIGESTS))));
            }
            if (missing.remove(function.empty())) {
                // Some servers want even nothing to be uploaded. No caller has to know.
                uploader.upload(function.empty(), InputStream::nullInputStream);
            }
        });
        return missing;
    }

    /// Returns the digests by function: a message has room for those of one.
    static Map<HashFunction, List<Digest>> byFunction(Collection<Digest> digests) {
        return digests.stream().collect(Collectors.groupingBy(Digest::function));
    }

    @Override
    public InputStream open(Digest digest) {
        if (digest.isEmpty()) {
            return InputStream.nullInputStream();
        }
        var small = fitsMessage(digest) ? receive(digest) : Optional.<ByteString>empty();
        var content = small.map(ByteString::newInput).orElseGet(() -> Download.of(connection, digest));
        return new VerifyingInputStream(content, digest, () -> {});
    }

    @Override
    public void put(Digest digest, InputStream content) {
        try {
            if (fitsMessage(digest)) {
                var bytes = content.readNBytes((int) digest.sizeBytes() + 1);
                check(digest, digest.function().of(bytes));
                send(digest, bytes);
            } else {
                spoolAndUpload(digest, content);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Content of blob `%s` cannot be read".formatted(digest), e);
        }
    }

    /// Stores blobs of another store, small ones many to a message.
    ///
    /// @throws SteadingException with `MissingBlobs` if one is not in `from`
    void copy(BlobStore from, Set<Digest> digests) {
        byFunction(digests).values().forEach(all -> copy(from, all));
    }

    private void copy(BlobStore from, List<Digest> digests) {
        var batch = new HashMap<Digest, ByteString>();
        var bytes = 0L;
        for (var digest : digests) {
            if (streamsOnly || !fitsMessage(digest)) {
                uploader.upload(digest, () -> from.open(digest));
                continue;
            }
            if (bytes + digest.sizeBytes() + OVERHEAD_BYTES > limits.batchBytes()) {
                sendAll(batch);
                batch.clear();
                bytes = 0;
            }
            batch.put(digest, UnsafeByteOperations.unsafeWrap(Blobs.read(from, digest)));
            bytes += digest.sizeBytes() + OVERHEAD_BYTES;
        }
        sendAll(batch);
    }

    private void sendAll(Map<Digest, ByteString> batch) {
        if (!batch.isEmpty() && !send(batch)) {
            batch.forEach((digest, data) -> stream(digest, data::newInput));
        }
    }

    private Set<Digest> ask(HashFunction function, List<Digest> digests) {
        var request = FindMissingBlobsRequest.newBuilder()
                .setInstanceName(connection.instance())
                .addAllBlobDigests(digests.stream().map(Digests::toProto).toList())
                .setDigestFunction(Digests.toProto(function))
                .build();
        var answer = connection.retrying(() -> stub(0).findMissingBlobs(request));
        var missing = new HashSet<Digest>();
        answer.getMissingBlobDigestsList().forEach(digest -> missing.add(Digests.fromProto(digest, function)));
        return missing;
    }

    /// Returns whether a message of many blobs has room for this one.
    boolean fitsMessage(Digest digest) {
        return digest.sizeBytes() + OVERHEAD_BYTES <= limits.batchBytes();
    }

    /// Returns how many bytes of blobs, digests and all, fit into one message.
    long messageBytes() {
        return limits.batchBytes();
    }

    private void send(Digest digest, byte[] bytes) {
        if (digest.isEmpty()) {
            return;
        }
        if (!send(Map.of(digest, UnsafeByteOperations.unsafeWrap(bytes)))) {
            stream(digest, () -> new ByteArrayInputStream(bytes));
        }
    }

    /// Sends a blob of any size.
    ///
    /// @param content of this digest, as is known
    void stream(Digest digest, Uploader.Content content) {
        uploader.upload(digest, content);
    }

    /// Sends blobs of one digest function that fit into one message.
    ///
    /// @param contents of these digests, as is known
    /// @return false if the server takes no such messages
    boolean send(Map<Digest, ByteString> contents) {
        if (streamsOnly) {
            return false;
        }
        var request = BatchUpdateBlobsRequest.newBuilder()
                .setInstanceName(connection.instance())
                .setDigestFunction(function(contents.keySet()));
        var bytes = contents.keySet().stream().mapToLong(Digest::sizeBytes).sum();
        addAll(contents, request);
        return ifImplemented(() -> {
                    var answer = stub(bytes).batchUpdateBlobs(request.build());
                    checkOk(answer.getResponsesCount() == contents.size() ? OK : NO_ANSWER);
                    for (var response : answer.getResponsesList()) {
                        checkOk(response.getStatus());
                    }
                    return true;
                })
                .isPresent();
    }

    /// Adds blobs, compressed where that is worth it.
    private void addAll(Map<Digest, ByteString> contents, BatchUpdateBlobsRequest.Builder request) {
        var worth = contents.values().stream().anyMatch(data -> data.size() >= WORTH_COMPRESSING_BYTES);
        if (!worth || !limits.takesZstd()) {
            contents.forEach((digest, data) -> request.addRequests(plain(digest, data)));
            return;
        }
        // To make one takes longer than to compress a small blob.
        try (var compressor = new ZstdCompressCtx()) {
            contents.forEach((digest, data) -> request.addRequests(compressed(digest, data, compressor)));
        }
    }

    private static BatchUpdateBlobsRequest.Request compressed(
            Digest digest, ByteString data, ZstdCompressCtx compressor) {
        if (data.size() >= WORTH_COMPRESSING_BYTES) {
            var frame = compressor.compress(data.toByteArray());
            if (frame.length < data.size() * 9L / 10) {
                return plain(digest, UnsafeByteOperations.unsafeWrap(frame)).toBuilder()
                        .setCompressor(Compressor.Value.ZSTD)
                        .build();
            }
        }
        return plain(digest, data);
    }

    private static BatchUpdateBlobsRequest.Request plain(Digest digest, ByteString data) {
        return BatchUpdateBlobsRequest.Request.newBuilder()
                .setDigest(Digests.toProto(digest))
                .setData(data)
                .build();
    }

    private Optional<ByteString> receive(Digest digest) {
        return receive(List.of(digest)).map(received -> {
            var bytes = received.get(digest);
            if (bytes == null) {
                throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)));
            }
            return bytes;
        });
    }

    /// Returns the bytes, unverified, of those blobs that the server has, out of some of one digest
    /// function that fit into one message;
    /// nothing if the server sends no such messages.
    Optional<Map<Digest, ByteString>> receive(List<Digest> digests) {
        if (streamsOnly) {
            return Optional.empty();
        }
        var request = BatchReadBlobsRequest.newBuilder()
                .setInstanceName(connection.instance())
                .addAllDigests(digests.stream().map(Digests::toProto).toList())
                .addAcceptableCompressors(Compressor.Value.ZSTD)
                .setDigestFunction(function(digests))
                .build();
        var bytes = digests.stream().mapToLong(Digest::sizeBytes).sum();
        return ifImplemented(() -> {
            var answer = stub(bytes).batchReadBlobs(request);
            checkOk(answer.getResponsesCount() == digests.size() ? OK : NO_ANSWER);
            var received = new HashMap<Digest, ByteString>();
            for (var response : answer.getResponsesList()) {
                if (response.getStatus().getCode() != Code.NOT_FOUND_VALUE) {
                    checkOk(response.getStatus());
                    received.put(
                            Digests.fromProto(
                                    response.getDigest(), digests.getFirst().function()),
                            expanded(response));
                }
            }
            return received;
        });
    }

    /// There is never more than the digest says: what is not of this digest is found out later.
    private static ByteString expanded(BatchReadBlobsResponse.Response blob) throws StatusException {
        if (blob.getCompressor() != Compressor.Value.ZSTD) {
            return blob.getData();
        }
        var bytes = new byte[Math.toIntExact(blob.getDigest().getSizeBytes())];
        var size = Zstd.decompress(bytes, blob.getData().toByteArray());
        if (Zstd.isError(size) || size != bytes.length) {
            throw io.grpc.Status.UNAVAILABLE
                    .withDescription("Blob `%s` came in a broken frame"
                            .formatted(blob.getDigest().getHash()))
                    .asException();
        }
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    private static DigestFunction.Value function(Collection<Digest> digests) {
        return Digests.toProto(digests.iterator().next().function());
    }

    /// Makes a call, and again if that may help. Returns nothing, also for ever after, if the server does not
    /// know calls of this kind.
    private <T> Optional<T> ifImplemented(Connection.Call<T> call) {
        return connection.retrying(() -> {
            try {
                return Optional.of(call.make());
            } catch (StatusException e) {
                if (e.getStatus().getCode() == io.grpc.Status.Code.UNIMPLEMENTED) {
                    streamsOnly = true;
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /// Keeps `content` in a file until the server has it: so it is verified before it is sent, and can be sent
    /// again.
    private void spoolAndUpload(Digest digest, InputStream content) throws IOException {
        var spool = Files.createTempFile("steading-upload", null);
        try {
            var digesting = new DigestingInputStream(content, digest.function());
            try (var out = Files.newOutputStream(spool)) {
                copy(digesting, out, digest.sizeBytes() + 1);
            }
            check(digest, digesting.digest());
            stream(digest, () -> Files.newInputStream(spool));
        } finally {
            Files.deleteIfExists(spool);
        }
    }

    private static void copy(InputStream in, OutputStream out, long maxBytes) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        var left = maxBytes;
        while (left > 0) {
            var n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                return;
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private ContentAddressableStorageBlockingV2Stub stub(long bytes) {
        var stub = ContentAddressableStorageGrpc.newBlockingV2Stub(connection.channel());
        return connection.withDeadline(connection.prepare(stub), bytes);
    }

    private static void check(Digest expected, Digest found) {
        if (!found.equals(expected)) {
            throw SteadingException.invalid("Content has digest `%s`, not `%s`", found, expected);
        }
    }

    private static void checkOk(Status status) throws StatusException {
        if (status.getCode() != Code.OK_VALUE) {
            throw StatusProto.toStatusException(status);
        }
    }
}
