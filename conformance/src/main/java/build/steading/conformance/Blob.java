// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.Digest;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// Bytes and their digest.
record Blob(Digest digest, ByteString data) {
    static final Blob EMPTY = of(ByteString.EMPTY);

    static Blob of(ByteString data) {
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            data.asReadOnlyByteBufferList().forEach(sha256::update);
            var hash = HexFormat.of().formatHex(sha256.digest());
            return new Blob(digest(hash, data.size()), data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Blob of(String text) {
        return of(ByteString.copyFromUtf8(text));
    }

    static Blob of(MessageLite message) {
        return of(message.toByteString());
    }

    /// Returns a blob that no server has seen before.
    static Blob random(int sizeBytes) {
        var bytes = new byte[sizeBytes];
        ThreadLocalRandom.current().nextBytes(bytes);
        return of(ByteString.copyFrom(bytes));
    }

    /// Returns a digest of the right form that nothing has.
    static Digest nowhere(int sizeBytes) {
        return random(sizeBytes).digest();
    }

    static Digest digest(String hash, long sizeBytes) {
        return Digest.newBuilder().setHash(hash).setSizeBytes(sizeBytes).build();
    }

    /// Returns a digest with the hash of another one, and another size.
    static Digest resized(Digest digest, long more) {
        return digest.toBuilder().setSizeBytes(digest.getSizeBytes() + more).build();
    }

    /// Returns the part of resource names that names a blob.
    static String path(Digest digest) {
        return digest.getHash() + "/" + digest.getSizeBytes();
    }

    Digest resized(long more) {
        return resized(digest, more);
    }

    String path() {
        return path(digest);
    }

    int size() {
        return data.size();
    }
}
