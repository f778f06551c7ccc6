// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a compiler reads its command line, as far as its name tells.
///
/// @param plus whether this is the driver for C++, which takes `.c` for C++ too
public record Compiler(Family family, boolean plus) {
    private static final Pattern NAME = Pattern.compile(
            "(?:.*[/\\\\])?(?:[\\w.+]+-)*?(?<program>gcc|g\\+\\+|cc|c\\+\\+|c89|c99|clang|clang\\+\\+|clang-cl|cl)"
                    + "(?:-\\d+(?:\\.\\d+)*)?(?:-posix|-win32)?(?:\\.exe)?",
            Pattern.CASE_INSENSITIVE);

    /// Returns the compiler of this name, which may have a directory, a target in front and a version behind,
    /// such as `/opt/bin/aarch64-linux-gnu-g++-12`. Which family `cc` and `c++` are of depends on the machine;
    /// they are taken for GCC, and whoever has looked what they are links to should ask for that instead.
    public static Optional<Compiler> named(String name) {
        var matcher = NAME.matcher(name);
        return matcher.matches() ? Optional.of(of(matcher)) : Optional.empty();
    }

    private static Compiler of(Matcher matcher) {
        return switch (matcher.group("program").toLowerCase(Locale.ROOT)) {
            case "clang" -> new Compiler(Family.CLANG, false);
            case "clang++" -> new Compiler(Family.CLANG, true);
            case "clang-cl" -> new Compiler(Family.CLANG_CL, false);
            case "cl" -> new Compiler(Family.CL, false);
            case "g++", "c++" -> new Compiler(Family.GCC, true);
            default -> new Compiler(Family.GCC, false);
        };
    }
}
