// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// An amount of bytes, in the words of a message: `512 bytes`, `12.3 MiB`.
///
/// @param bytes never negative
public record ByteSize(long bytes) {
    private static final String UNITS = "KMGTPE";
    private static final Pattern FORM = Pattern.compile("([0-9]{1,19}(?:\\.[0-9]{1,9})?) *([KMGTkmgt](?:[iI]?[bB])?|)");

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("Byte size %d is negative".formatted(bytes));
        }
    }

    /// What [#parse] reads, for messages.
    public static final String ALLOWED = "a number of bytes such as `8 GiB`, `500 MB` or `1000000`";

    /// Reads an amount as people write it: units ending in `iB` and single letters are powers of 1024, those
    /// ending in `B` of 1000.
    ///
    /// @return empty if it is not [#ALLOWED], or too much
    public static Optional<ByteSize> parse(String text) {
        var found = FORM.matcher(text.strip());
        if (!found.matches()) {
            return Optional.empty();
        }
        var unit = found.group(2).toUpperCase(Locale.ROOT);
        var power = unit.isEmpty() ? 0 : UNITS.indexOf(unit.charAt(0)) + 1;
        var base = unit.endsWith("B") && !unit.endsWith("IB") ? 1000 : 1024;
        var bytes =
                new BigDecimal(found.group(1)).multiply(BigDecimal.valueOf(base).pow(power));
        return bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
                ? Optional.of(new ByteSize(bytes.longValue()))
                : Optional.empty();
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
