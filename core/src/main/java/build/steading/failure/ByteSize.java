// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import java.util.Locale;

/// An amount of bytes, in the words of a message: `512 bytes`, `12.3 MiB`.
///
/// @param bytes never negative
public record ByteSize(long bytes) {
    private static final String UNITS = "KMGTPE";

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("Byte size %d is negative".formatted(bytes));
        }
    }

    /// Returns the amount in the largest unit of which there is at least one, to one decimal.
    @Override
    public String toString() {
        if (bytes < 1024) {
            return bytes + " bytes";
        }
        var power = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        var amount = (double) bytes / (1L << (10 * power));
        return String.format(Locale.ROOT, "%.1f %ciB", amount, UNITS.charAt(power - 1));
    }
}
