// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.Map;
import java.util.Optional;

/// What a source is written in.
public enum Language {
    C,
    CPP,
    OBJECTIVE_C,
    OBJECTIVE_CPP,
    PREPROCESSED_C,
    PREPROCESSED_CPP,
    PREPROCESSED_OBJECTIVE_C,
    PREPROCESSED_OBJECTIVE_CPP,
    /// Assembler that goes through the preprocessor.
    ASSEMBLER_WITH_CPP,
    ASSEMBLER;

    private static final Map<String, Language> SUFFIXES = Map.ofEntries(
            Map.entry("c", C),
            Map.entry("i", PREPROCESSED_C),
            Map.entry("cc", CPP),
            Map.entry("cp", CPP),
            Map.entry("cxx", CPP),
            Map.entry("cpp", CPP),
            Map.entry("CPP", CPP),
            Map.entry("c++", CPP),
            Map.entry("C", CPP),
            Map.entry("ii", PREPROCESSED_CPP),
            Map.entry("m", OBJECTIVE_C),
            Map.entry("mi", PREPROCESSED_OBJECTIVE_C),
            Map.entry("mm", OBJECTIVE_CPP),
            Map.entry("M", OBJECTIVE_CPP),
            Map.entry("mii", PREPROCESSED_OBJECTIVE_CPP),
            Map.entry("s", ASSEMBLER),
            Map.entry("S", ASSEMBLER_WITH_CPP),
            Map.entry("sx", ASSEMBLER_WITH_CPP));

    private static final Map<String, Language> NAMES = Map.ofEntries(
            Map.entry("c", C),
            Map.entry("c++", CPP),
            Map.entry("objective-c", OBJECTIVE_C),
            Map.entry("objective-c++", OBJECTIVE_CPP),
            Map.entry("cpp-output", PREPROCESSED_C),
            Map.entry("c++-cpp-output", PREPROCESSED_CPP),
            Map.entry("objective-c-cpp-output", PREPROCESSED_OBJECTIVE_C),
            Map.entry("objective-c++-cpp-output", PREPROCESSED_OBJECTIVE_CPP),
            Map.entry("assembler", ASSEMBLER),
            Map.entry("assembler-with-cpp", ASSEMBLER_WITH_CPP));

    /// Returns whether directives of the preprocessor are obeyed.
    public boolean isPreprocessed() {
        return switch (this) {
            case C, CPP, OBJECTIVE_C, OBJECTIVE_CPP, ASSEMBLER_WITH_CPP -> false;
            case PREPROCESSED_C, PREPROCESSED_CPP, PREPROCESSED_OBJECTIVE_C, PREPROCESSED_OBJECTIVE_CPP, ASSEMBLER ->
                true;
        };
    }

    public boolean isAssembler() {
        return this == ASSEMBLER || this == ASSEMBLER_WITH_CPP;
    }

    /// Returns the variable that names directories for headers of this language alone, if there is one.
    Optional<String> pathVariable() {
        return switch (this) {
            case C, ASSEMBLER_WITH_CPP -> Optional.of("C_INCLUDE_PATH");
            case CPP -> Optional.of("CPLUS_INCLUDE_PATH");
            case OBJECTIVE_C -> Optional.of("OBJC_INCLUDE_PATH");
            case OBJECTIVE_CPP -> Optional.of("OBJCPLUS_INCLUDE_PATH");
            default -> Optional.empty();
        };
    }

    static Optional<Language> ofSuffix(String suffix) {
        return Optional.ofNullable(SUFFIXES.get(suffix));
    }

    /// @param name as `-x` takes it
    static Optional<Language> named(String name) {
        return Optional.ofNullable(NAMES.get(name));
    }
}
