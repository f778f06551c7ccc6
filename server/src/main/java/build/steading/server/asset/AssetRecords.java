// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.digest.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Remembers what addresses stand for. Bounded: it may forget the oldest. Thread-safe; all methods throw
/// [build.steading.failure.SteadingException] with `Unavailable` if the medium fails.
public interface AssetRecords {
    /// What an address stands for.
    ///
    /// @param since when it was pushed, or fetching it began
    /// @param expires from when on it does not any more; empty if nobody said
    record Asset(Digest digest, Instant since, Optional<Instant> expires) {}

    /// Returns what was stored last under a key.
    Optional<Asset> find(String key);

    /// Stores the same under several keys, in place of what was there.
    void save(List<String> keys, Asset asset);
}
