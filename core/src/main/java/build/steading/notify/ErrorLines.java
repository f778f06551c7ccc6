// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import java.util.List;
import java.util.regex.Pattern;

/// Recognises lines by which compilers, linkers, test runners and the like say that something is wrong.
final class ErrorLines {
    /*
     * Each form is anchored and has no two repetitions that could match the same text, so a line costs time in proportion to
     * its length, whoever wrote it. Warnings are none of these, unless the tool itself calls them errors.
     */
    private static final List<Pattern> FORMS = List.of(
            // gcc, clang, javac, kotlinc, swiftc: a place, then `error:`
            Pattern.compile("^[^\\s:][^:]*:\\d+(?::\\d+)?: (?:fatal |internal compiler )?error\\b"),
            // gcc, clang, ld, rustc, npm and whoever writes a program's name and `error:`, or nothing before it
            Pattern.compile("^(?:[\\w./+-]+: )?(?:fatal |internal compiler |linker )?error(?:\\[\\w+\\])?: ", ic()),
            // msvc, tsc, csc: a place in brackets
            Pattern.compile("^[^\\s(][^(]*\\(\\d+(?:,\\d+)?\\) ?: (?:fatal )?error\\b"),
            // go
            Pattern.compile("^[^\\s:][^:]*\\.go:\\d+:\\d+: "),
            // ld
            Pattern.compile("undefined reference to |multiple definition of |^[^:]*\\bld: cannot find "),
            Pattern.compile("^Undefined symbols for architecture "),
            // Maven, Gradle
            Pattern.compile("^\\[ERROR\\] (?!-> |\\[Help|$)"),
            Pattern.compile("^(?:FAILURE: Build failed|Execution failed for task)"),
            // Sphinx, docutils
            Pattern.compile("^[^\\s:][^:]*:(?:\\d+:|docstring of [^:]*:(?:\\d+:)?)? ?(?:ERROR|SEVERE|CRITICAL): "),
            Pattern.compile("^(?:Sphinx|Extension|Theme|Configuration) error|^Warning, treated as error"),
            Pattern.compile("^Exception occurred:"),
            // Python, pytest, unittest
            Pattern.compile("^Traceback \\(most recent call last\\):"),
            Pattern.compile("^E  +\\S|^(?:FAILED|ERROR) \\S+(?:::| - )|^(?:FAIL|ERROR): \\S+ \\("),
            // Java and JavaScript at run time, Rust, C
            Pattern.compile("^Exception in thread |^npm (?:ERR!|error) |^thread '[^']*' panicked at "),
            Pattern.compile("\\bAssertion [`'].* failed|^(?:==\\d+==)?ERROR: \\w*Sanitizer"),
            // CTest, Automake, TAP
            Pattern.compile("^\\s*\\d+/\\d+ Test .*\\*\\*\\*|^FAIL: |^not ok \\d"),
            // CMake, configure, Meson
            Pattern.compile("^CMake Error\\b|^configure: error: |^meson\\.build:\\d+:\\d+: ERROR"),
            // make, ninja
            Pattern.compile("^\\w*make(?:\\[\\d+\\])?: \\*\\*\\* |^ninja: error: |^FAILED: "),
            // LaTeX
            Pattern.compile("^! \\S"),
            // shells, and what kills processes
            Pattern.compile("^[^:]+: (?:line )?\\d+: .*(?:not found|Permission denied|syntax error)", ic()),
            Pattern.compile("^(?:Segmentation fault|Killed|Aborted|Bus error)\\b"));

    /// Whatever has none of these needs no closer look.
    private static final Pattern QUICK = Pattern.compile(
            "error|err!|fail|undefined|multiple def|\\*\\*\\*|traceback|exception|severe|critical|not found|permission"
                    + " denied|\\.go:|panicked|assert|not ok|^! |^E  |killed|aborted|segmentation|cannot find",
            ic());

    private ErrorLines() {}

    private static int ic() {
        return Pattern.CASE_INSENSITIVE;
    }

    static boolean matches(String line) {
        return QUICK.matcher(line).find()
                && FORMS.stream().anyMatch(form -> form.matcher(line).find());
    }
}
