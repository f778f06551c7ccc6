// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What the driver passes on, unread, to the preprocessor and the assembler.
final class Passed {
    private static final Set<String> ASSEMBLER_FLAGS = Set.of(
            "--noexecstack",
            "--execstack",
            "--warn",
            "-W",
            "--no-warn",
            "--fatal-warnings",
            "-g",
            "--64",
            "--32",
            "--x32",
            "--compress-debug-sections",
            "--nocompress-debug-sections",
            "--no-pad-sections",
            "-L",
            "--keep-locals");
    private static final List<String> ASSEMBLER_PREFIXES = List.of(
            "-m",
            "--gdwarf-",
            "--compress-debug-sections=",
            "--elf-stt-common=",
            "--generate-missing-build-notes=",
            "--debug-prefix-map=",
            "-I");

    private final List<String> preprocessor = new ArrayList<>();
    private final List<String> assembler = new ArrayList<>();

    void toPreprocessor(String... words) {
        preprocessor.addAll(List.of(words));
    }

    void toAssembler(String... words) {
        assembler.addAll(List.of(words));
    }

    /// Applies what is understood, and sends the draft home for the rest.
    void apply(Draft draft) {
        assembler.forEach(word -> applyToAssembler(draft, word));
        var words = preprocessor.iterator();
        while (words.hasNext()) {
            var word = words.next();
            switch (word) {
                case "-MD", "-MMD", "-MF" -> {
                    if (!words.hasNext()) {
                        draft.sendHome(Reason.UNKNOWN_OPTION, "-Wp," + word);
                        return;
                    }
                    draft.dependencies.pass(word, words.next());
                }
                case "-MT", "-MQ" -> {
                    if (words.hasNext()) {
                        words.next();
                    }
                }
                case "-MP" -> {}
                default -> applyToPreprocessor(draft, word);
            }
        }
    }

    private static void applyToPreprocessor(Draft draft, String word) {
        if (word.startsWith("-D") && word.length() > 2) {
            draft.define(word.substring(2));
        } else if (word.startsWith("-U") && word.length() > 2) {
            draft.macros.add(MacroChange.undefine(word.substring(2)));
        } else {
            draft.sendHome(Reason.UNKNOWN_OPTION, "-Wp," + word);
        }
    }

    private static void applyToAssembler(Draft draft, String word) {
        if (word.startsWith("-a")) {
            draft.sendHome(Reason.LISTING, "-Wa," + word);
        } else if (!ASSEMBLER_FLAGS.contains(word)
                && ASSEMBLER_PREFIXES.stream().noneMatch(word::startsWith)) {
            draft.sendHome(Reason.UNKNOWN_OPTION, "-Wa," + word);
        } else if (word.startsWith("-g") || word.startsWith("--gdwarf")) {
            draft.debug("");
        }
    }
}
