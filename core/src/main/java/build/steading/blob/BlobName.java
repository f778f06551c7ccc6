// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.util.Optional;

/// Names of files below a store's directory: `hash-size` for a blob, `hash-size.x` for its executable twin. A
/// blob that is not named by SHA-256 has the function at the end of its name: `hash-size.blake3`,
/// `hash-size.blake3.x`.
final class BlobName {
    /// What the name of the executable twin has at its end.
    static final String TWIN = ".x";

    private BlobName() {}

    static String of(Digest digest, boolean executable) {
        var name = digest.hash() + "-" + digest.sizeBytes() + end(digest.function());
        return executable ? name + TWIN : name;
    }

    /// Returns the blob whose main file is called `name`; empty for the name of anything else.
    static Optional<Digest> parse(String name) {
        if (name.length() < 66 || name.charAt(64) != '-') {
            return Optional.empty();
        }
        try {
            var function = function(name);
            var sizeEnd = name.length() - end(function).length();
            var digest = new Digest(function, name.substring(0, 64), Long.parseLong(name, 65, sizeEnd, 10));
            return of(digest, false).equals(name) ? Optional.of(digest) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static HashFunction function(String name) {
        return name.endsWith(end(HashFunction.BLAKE3)) ? HashFunction.BLAKE3 : HashFunction.SHA256;
    }

    private static String end(HashFunction function) {
        return function.mark().isEmpty() ? "" : "." + function.mark();
    }
}
