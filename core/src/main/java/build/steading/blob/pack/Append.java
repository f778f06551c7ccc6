// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.digest.Digest;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/// A record that is to be appended.
///
/// @param record its bytes, from position to limit
/// @param usedSeconds when the blob was last used, since 1970
/// @param from where the blob is now, if it only moves; if it is gone meanwhile, it stays gone
record Append(Key key, ByteBuffer record, int usedSeconds, Optional<Place> from) {
    /// Returns what stores a blob.
    ///
    /// @param content has that digest
    static Append of(Digest digest, ByteBuffer content, Instant now) {
        var seconds = (int) now.getEpochSecond();
        var record = new PackRecord(digest, seconds, content).encode();
        return new Append(Key.of(digest), record, seconds, Optional.empty());
    }

    /// Returns what moves a blob.
    static Append move(PackRecord record, Place from, Instant now) {
        var stored = of(record.digest(), record.content(), now);
        return new Append(stored.key(), stored.record(), stored.usedSeconds(), Optional.of(from));
    }
}
