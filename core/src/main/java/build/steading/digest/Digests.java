// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import build.bazel.remote.execution.v2.DigestFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Converts between [Digest] and its form on the wire, and digests files.
public final class Digests {
    private static final int MAX_SHOWN_CHARS = 100;

    private Digests() {}

    public static build.bazel.remote.execution.v2.Digest toProto(Digest digest) {
        return build.bazel.remote.execution.v2.Digest.newBuilder()
                .setHash(digest.hash())
                .setSizeBytes(digest.sizeBytes())
                .build();
    }

    /// Reads a digest by SHA-256.
    ///
    /// @throws SteadingException with `Invalid` if the message does not name a hash and a size
    public static Digest fromProto(build.bazel.remote.execution.v2.Digest message) {
        return fromProto(message, HashFunction.SHA256);
    }

    /// @param function of the message's surroundings: of the request that brought it, or of the blob that holds
    ///     it
    /// @throws SteadingException with `Invalid` if the message does not name a hash and a size
    public static Digest fromProto(build.bazel.remote.execution.v2.Digest message, HashFunction function) {
        try {
            return new Digest(function, message.getHash(), message.getSizeBytes());
        } catch (IllegalArgumentException e) {
            throw new SteadingException(
                    new Failure.Invalid("Not a digest: `%s/%d`".formatted(shown(message), message.getSizeBytes())), e);
        }
    }

    /// Returns the hash as far as it helps to see what is wrong with it: a client may send megabytes.
    private static String shown(build.bazel.remote.execution.v2.Digest message) {
        var hash = message.getHash();
        return hash.length() <= MAX_SHOWN_CHARS ? hash : hash.substring(0, MAX_SHOWN_CHARS) + "…";
    }

    public static DigestFunction.Value toProto(HashFunction function) {
        return switch (function) {
            case SHA256 -> DigestFunction.Value.SHA256;
            case BLAKE3 -> DigestFunction.Value.BLAKE3;
        };
    }

    /// Returns the function that a message names, SHA-256 if it names none.
    ///
    /// @throws SteadingException with `Invalid` if there is no such function here
    public static HashFunction fromProto(DigestFunction.Value function) {
        return switch (function) {
            case UNKNOWN, SHA256 -> HashFunction.SHA256;
            case BLAKE3 -> HashFunction.BLAKE3;
            default ->
                throw SteadingException.invalid(
                        "Digest function `%s` is not served; allowed are `SHA256` and `BLAKE3`", function);
        };
    }

    /// Returns the digest by SHA-256 of all that is left in `content`; the caller closes it.
    public static Digest of(InputStream content) throws IOException {
        return of(content, HashFunction.SHA256);
    }

    /// Returns the digest of all that is left in `content`; the caller closes it.
    public static Digest of(InputStream content, HashFunction function) throws IOException {
        var digesting = new DigestingInputStream(content, function);
        digesting.transferTo(OutputStream.nullOutputStream());
        return digesting.digest();
    }

    /// Returns the digest by SHA-256 of a file.
    public static Digest of(Path file) throws IOException {
        return of(file, HashFunction.SHA256);
    }

    public static Digest of(Path file, HashFunction function) throws IOException {
        try (var content = Files.newInputStream(file)) {
            return of(content, function);
        }
    }
}
