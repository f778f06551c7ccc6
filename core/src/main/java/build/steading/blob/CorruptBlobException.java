// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import java.io.IOException;

/// Bytes that claim to be a blob are not.
public final class CorruptBlobException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptBlobException(Digest digest) {
        super("The stored bytes of blob `%s` are bad".formatted(digest));
    }
}
