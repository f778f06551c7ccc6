// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// A version such as `12.2`, `6.1.0-18-amd64` or `1.1.1k`, ordered as people order them: number by number, so
/// that `9.4` comes before `12`. A missing number is 0: `12` equals `12.0`. Words come after what they extend, as
/// in `1.1.1k`, but for those that mean that it is not finished: `3.14rc1` comes before `3.14`.
///
/// @param parts numbers without leading zeros, and words in lower case; not ending in the number 0
record Version(List<String> parts) implements Comparable<Version> {
    /// Longer texts are no versions.
    static final int MAX_LENGTH = 200;

    private static final Pattern PART = Pattern.compile("[0-9]+|[a-z]+");
    private static final Pattern FORM = Pattern.compile("[vV]?[0-9].{0," + (MAX_LENGTH - 2) + "}");
    private static final Set<String> UNFINISHED =
            Set.of("a", "alpha", "b", "beta", "dev", "ea", "experimental", "pre", "preview", "rc", "snapshot");

    Version {
        parts = List.copyOf(parts);
    }

    /// Says that a text is no version.
    static final class MalformedException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }

    /// @throws MalformedException if `text` does not begin with a number
    static Version parse(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new MalformedException("`%s` is not a version".formatted(text));
        }
        var parts = new ArrayList<String>();
        var matcher = PART.matcher(
                text.substring(Character.isDigit(text.charAt(0)) ? 0 : 1).toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            parts.add(matcher.group().replaceFirst("^0+(?=[0-9])", ""));
        }
        while (!parts.isEmpty() && parts.getLast().equals("0")) {
            parts.removeLast();
        }
        return new Version(parts);
    }

    @Override
    public int compareTo(Version other) {
        var common = Math.max(parts.size(), other.parts.size());
        for (var i = 0; i < common; i++) {
            var order = compare(part(i), other.part(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private String part(int index) {
        return index < parts.size() ? parts.get(index) : "0";
    }

    private static int compare(String a, String b) {
        if (rank(a) != rank(b)) {
            return Integer.compare(rank(a), rank(b));
        }
        var longer = isNumber(a) ? Integer.compare(a.length(), b.length()) : 0;
        return longer != 0 ? longer : a.compareTo(b);
    }

    /// Where a part stands among others at its place: unfinished, nothing, a word, a number.
    private static int rank(String part) {
        if (isNumber(part)) {
            return part.equals("0") ? 1 : 3;
        }
        return UNFINISHED.contains(part) ? 0 : 2;
    }

    private static boolean isNumber(String part) {
        return Character.isDigit(part.charAt(0));
    }

    @Override
    public String toString() {
        return String.join(".", parts);
    }
}
