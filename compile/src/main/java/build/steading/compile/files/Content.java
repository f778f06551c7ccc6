// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import build.steading.digest.Digest;

/// What was in a file when it was read.
///
/// @param signature of the file before, while and after it was read
/// @param digest by SHA-256
/// @param settled whether the file holds this as long as it has the signature; a file that was changed a moment
///     before it was read may change again without a trace
public record Content(Signature signature, Digest digest, boolean settled) {
    public boolean executable() {
        return signature.isExecutable();
    }
}
