// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import java.util.Optional;

/// Names of files below a store's directory: `hash-size` for a blob, `hash-size.x` for its executable twin.
final class BlobName {
    /// What the name of the executable twin has at its end.
    static final String TWIN = ".x";

    private BlobName() {}

    static String of(Digest digest, boolean executable) {
        var name = digest.hash() + "-" + digest.sizeBytes();
        return executable ? name + TWIN : name;
    }

    /// Returns the blob whose main file is called `name`; empty for the name of anything else.
    static Optional<Digest> parse(String name) {
        if (name.length() < 66 || name.charAt(64) != '-') {
            return Optional.empty();
        }
        try {
            var digest = new Digest(name.substring(0, 64), Long.parseLong(name, 65, name.length(), 10));
            return of(digest, false).equals(name) ? Optional.of(digest) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
