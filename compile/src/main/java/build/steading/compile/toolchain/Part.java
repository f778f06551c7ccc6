// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.Family;
import build.steading.compile.argv.Language;
import build.steading.compile.argv.Output;
import build.steading.compile.argv.Stage;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The programs that a driver runs.
enum Part {
    C("cc1"),
    CPP("cc1plus"),
    OBJECTIVE_C("cc1obj"),
    OBJECTIVE_CPP("cc1objplus"),
    ASSEMBLER("as"),
    /// Moves debug information into a file of its own.
    SPLITTER("objcopy");

    private final String program;

    Part(String program) {
        this.program = program;
    }

    String program() {
        return program;
    }

    /// Clang is itself the compiler, and may run an assembler.
    boolean isOf(Family family) {
        return family == Family.GCC || this == ASSEMBLER || this == SPLITTER;
    }

    /// Returns those without which a compile fails.
    static Set<Part> needed(Compile compile) {
        var parts = EnumSet.noneOf(Part.class);
        var makesObject = compile.stage() == Stage.OBJECT;
        if (compile.compiler().family() == Family.GCC) {
            compiler(compile.language()).ifPresent(parts::add);
            if (makesObject) {
                parts.add(ASSEMBLER);
            }
        } else if (makesObject && compile.argv().stream().anyMatch(Part::asksForAssembler)) {
            parts.add(ASSEMBLER);
        }
        if (parts.contains(ASSEMBLER) && compile.output(Output.Kind.SPLIT_DEBUG).isPresent()) {
            parts.add(SPLITTER);
        }
        return parts;
    }

    private static boolean asksForAssembler(String argument) {
        return argument.equals("-no-integrated-as") || argument.equals("-fno-integrated-as");
    }

    private static Optional<Part> compiler(Language language) {
        return switch (language) {
            case C, PREPROCESSED_C, ASSEMBLER_WITH_CPP -> Optional.of(C);
            case CPP, PREPROCESSED_CPP -> Optional.of(CPP);
            case OBJECTIVE_C, PREPROCESSED_OBJECTIVE_C -> Optional.of(OBJECTIVE_C);
            case OBJECTIVE_CPP, PREPROCESSED_OBJECTIVE_CPP -> Optional.of(OBJECTIVE_CPP);
            case ASSEMBLER -> Optional.empty();
        };
    }
}
