// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Converts between [Digest] and its form on the wire, and digests files.
public final class Digests {
    private Digests() {}

    public static build.bazel.remote.execution.v2.Digest toProto(Digest digest) {
        return build.bazel.remote.execution.v2.Digest.newBuilder()
                .setHash(digest.hash())
                .setSizeBytes(digest.sizeBytes())
                .build();
    }

    /// @throws SteadingException with `Invalid` if the message does not name a SHA-256 and a size
    public static Digest fromProto(build.bazel.remote.execution.v2.Digest message) {
        try {
            return new Digest(message.getHash(), message.getSizeBytes());
        } catch (IllegalArgumentException e) {
            throw new SteadingException(
                    new Failure.Invalid("Not a digest: `%s/%d`".formatted(message.getHash(), message.getSizeBytes())),
                    e);
        }
    }

    /// Returns the digest of all that is left in `content`; the caller closes it.
    public static Digest of(InputStream content) throws IOException {
        var digesting = new DigestingInputStream(content);
        digesting.transferTo(OutputStream.nullOutputStream());
        return digesting.digest();
    }

    public static Digest of(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            return of(content);
        }
    }
}
