// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.digest.Digest;
import java.time.Instant;
import java.util.Optional;

/// What came of a wish for an asset.
public sealed interface Fetched {
    /// The address that it came from, or that failed last.
    String uri();

    /// Its content is in the store.
    ///
    /// @param digest of the blob, or of the top `Directory`
    /// @param expires until when the address stands for this content; empty if nobody said
    record Found(String uri, Digest digest, Optional<Instant> expires) implements Fetched {}

    /// No address gave it.
    record Failed(String uri, Why why, String message) implements Fetched {}

    /// Why an address did not give it.
    enum Why {
        /// There is nothing, or nobody.
        NOT_FOUND,
        /// The origin refuses, or is not allowed.
        DENIED,
        /// The content is not what was asked for, or the origin failed.
        ABORTED,
        TIMED_OUT,
        TOO_LARGE
    }
}
