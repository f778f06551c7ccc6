// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a compiler says with `-v` about where it looks.
///
/// @param installations directories of GCC that Clang took into account
/// @param configurations files that Clang read options from
record SearchReport(SearchDirectories search, List<String> installations, List<String> configurations) {
    private static final Pattern MISSING = Pattern.compile("ignoring nonexistent directory \"(?<name>.*)\"");
    private static final Pattern INSTALLATION =
            Pattern.compile("(?:Found candidate|Selected) GCC installation: (?<name>.+)");
    private static final Pattern CONFIGURATION = Pattern.compile("Configuration file: (?<name>.+)");
    private static final String BEGIN = "#include <...> search starts here:";
    private static final String END = "End of search list.";

    SearchReport {
        installations = List.copyOf(installations);
        configurations = List.copyOf(configurations);
    }

    /// Returns nothing if the text is no such report.
    static Optional<SearchReport> read(String text) {
        var lines = text.lines().toList();
        var begin = lines.indexOf(BEGIN);
        var end = lines.indexOf(END);
        if (begin < 0 || end < begin) {
            return Optional.empty();
        }
        var existing = lines.subList(begin + 1, end).stream()
                .filter(line -> line.startsWith(" "))
                .map(line -> line.substring(1))
                .toList();
        var search = new SearchDirectories(existing, names(lines, MISSING));
        return Optional.of(new SearchReport(search, names(lines, INSTALLATION), names(lines, CONFIGURATION)));
    }

    private static List<String> names(List<String> lines, Pattern pattern) {
        var names = new ArrayList<String>();
        for (var line : lines) {
            var matcher = pattern.matcher(line);
            if (matcher.matches() && !names.contains(matcher.group("name"))) {
                names.add(matcher.group("name"));
            }
        }
        return names;
    }
}
