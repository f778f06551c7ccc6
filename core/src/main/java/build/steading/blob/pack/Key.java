// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.util.HexFormat;
import java.util.Optional;

/// What the index knows a blob by: the first half of its hash, its size, and the function that made the hash.
///
/// Half a hash is enough: whoever makes two blobs of the same half (which takes 2^64 attempts) is told that both
/// are there when one is, and is found out by the whole hash in the record when he reads the other.
///
/// @param high the first 8 bytes of the hash
/// @param low the next 8
/// @param kind the digest function in the first byte, as REAPI numbers it, and the size in the others
record Key(long high, long low, int kind) {
    /// What a size has to be below to fit.
    static final int SIZE_LIMIT = 1 << 24;

    private static final int SHA256 = 1;
    private static final int BLAKE3 = 9;
    private static final int LONG_DIGITS = 16;

    /// @param digest of a blob of less than `SIZE_LIMIT` bytes
    static Key of(Digest digest) {
        var hash = digest.hash();
        return new Key(
                HexFormat.fromHexDigitsToLong(hash, 0, LONG_DIGITS),
                HexFormat.fromHexDigitsToLong(hash, LONG_DIGITS, 2 * LONG_DIGITS),
                kind(digest));
    }

    /// Returns function and size of a digest in one number.
    static int kind(Digest digest) {
        if (digest.sizeBytes() >= SIZE_LIMIT) {
            throw new IllegalArgumentException("Blob `%s` is too large for a pack".formatted(digest));
        }
        var number = switch (digest.function()) {
            case SHA256 -> SHA256;
            case BLAKE3 -> BLAKE3;
        };
        return (number << 24) | (int) digest.sizeBytes();
    }

    /// Returns the function that `kind` says; empty if it is none that this version knows.
    static Optional<HashFunction> function(int kind) {
        return switch (kind >>> 24) {
            case SHA256 -> Optional.of(HashFunction.SHA256);
            case BLAKE3 -> Optional.of(HashFunction.BLAKE3);
            default -> Optional.empty();
        };
    }

    /// Returns whether `kind` is one that this version writes.
    static boolean isKnown(int kind) {
        return function(kind).isPresent();
    }

    /// Returns the size in bytes that `kind` says.
    static int size(int kind) {
        return kind & (SIZE_LIMIT - 1);
    }
}
