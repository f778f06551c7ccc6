// SPDX-License-Identifier: Apache-2.0
package build.steading.chunk;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// Finds where to cut content by FastCDC as published in 2020, with normalisation level 2 and seed 0: a rolling
/// hash over the last 64 bytes decides, so that equal stretches of two blobs fall into equal chunks wherever they
/// begin. Whoever uses the same average cuts at the same places. Immutable.
///
/// Chunks have between a quarter and the fourfold of the average; only the last one may be shorter.
public final class FastCdc {
    private static final int MIN_BITS = 10;
    private static final int MAX_BITS = 20;
    private static final int NORMALISATION = 2;

    /// Of 8 to 22 bits, spread as by the authors of the algorithm.
    private static final long[] MASKS = {
        0x0000001800035300L,
        0x0000019000353000L,
        0x0000590003530000L,
        0x0000d90003530000L,
        0x0000d90103530000L,
        0x0000d90303530000L,
        0x0000d90313530000L,
        0x0000d90f03530000L,
        0x0000d90303537000L,
        0x0000d90703537000L,
        0x0000d90707537000L,
        0x0000d91707537000L,
        0x0000d91747537000L,
        0x0000d91767537000L,
        0x0000d93767537000L,
    };

    private static final long[] GEAR = gear();

    /// What the farm uses, and tells clients to use.
    public static final FastCdc STANDARD = new FastCdc(512 << 10);

    private final int averageBytes;
    private final long strictMask;
    private final long looseMask;

    /// @param averageBytes a power of 2, from 1 KiB to 1 MiB
    FastCdc(int averageBytes) {
        var bits = Integer.numberOfTrailingZeros(averageBytes);
        if (Integer.bitCount(averageBytes) != 1 || bits < MIN_BITS || bits > MAX_BITS) {
            throw new IllegalArgumentException("Chunks cannot have %d bytes on average".formatted(averageBytes));
        }
        this.averageBytes = averageBytes;
        this.strictMask = MASKS[bits + NORMALISATION - (MIN_BITS - NORMALISATION)];
        this.looseMask = MASKS[bits - MIN_BITS];
    }

    /// The table that all implementations share: of each byte, 64 times in a row, the first half of its MD5.
    private static long[] gear() {
        try {
            var md5 = MessageDigest.getInstance("MD5");
            var gear = new long[256];
            var bytes = new byte[64];
            for (var i = 0; i < gear.length; i++) {
                Arrays.fill(bytes, (byte) i);
                gear[i] = ByteBuffer.wrap(md5.digest(bytes)).getLong();
            }
            return gear;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    public int averageBytes() {
        return averageBytes;
    }

    public int minBytes() {
        return averageBytes / 4;
    }

    public int maxBytes() {
        return averageBytes * 4;
    }

    /// Returns the length of the chunk that begins at `from`.
    ///
    /// @param to end of the content, or at least [#maxBytes] behind `from`
    int cut(byte[] content, int from, int to) {
        var length = Math.min(to - from, maxBytes());
        if (length <= minBytes()) {
            return length;
        }
        // All implementations look at pairs of bytes, and so never at the last one of an odd number.
        var centre = Math.min(length, averageBytes) & ~1;
        var end = length & ~1;
        var hash = 0L;
        for (var i = minBytes(); i < centre; i++) {
            hash = (hash << 1) + GEAR[content[from + i] & 0xff];
            if ((hash & strictMask) == 0) {
                return i;
            }
        }
        for (var i = centre; i < end; i++) {
            hash = (hash << 1) + GEAR[content[from + i] & 0xff];
            if ((hash & looseMask) == 0) {
                return i;
            }
        }
        return length;
    }
}
