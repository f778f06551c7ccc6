// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// What a compiler was asked for. All names are as typed: relative ones are relative to the compile's directory.
public sealed interface CommandLine {

    /// The compiler must run where it was typed, with the arguments as typed.
    ///
    /// @param detail what of the command line is the reason, for whoever asks why; may be empty
    record Local(Reason reason, String detail) implements CommandLine {
        public Local {
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(detail, "detail");
        }

        /// Returns reason and detail as one line.
        @Override
        public String toString() {
            return detail.isEmpty() ? reason.word() : reason.word() + " " + detail;
        }
    }

    /// One source becomes one object or one assembler file: this can be done on any machine that sees the same
    /// files at the same places.
    ///
    /// @param compiler as the first argument names it
    /// @param outputs all files that may be written, the object or assembler file first
    /// @param search where headers are looked up, without the directories that are built into the compiler
    /// @param forced read before the source, in this order
    /// @param macros `-D` and `-U` in their order
    /// @param inputs what else is read, beyond the source and headers
    /// @param traits what the caller must take into account for the key, or for what it replays
    /// @param colour when to colour diagnostics
    /// @param environment the variables that must be given to the compiler: nothing else of the environment
    ///     matters
    /// @param shaping those of the arguments that decide which directories and macros are built in: two compiles
    ///     with equal ones, by one compiler, for one language, have the same
    /// @param argv what to run: response files expanded, and without what changes neither output nor messages
    record Compile(
            Compiler compiler,
            Language language,
            Stage stage,
            String source,
            List<Output> outputs,
            SearchPath search,
            List<ForcedInclude> forced,
            List<MacroChange> macros,
            List<InputFile> inputs,
            Set<Trait> traits,
            Colour colour,
            Map<String, String> environment,
            List<String> shaping,
            List<String> argv)
            implements CommandLine {
        public Compile {
            outputs = List.copyOf(outputs);
            forced = List.copyOf(forced);
            macros = List.copyOf(macros);
            inputs = List.copyOf(inputs);
            traits = Set.copyOf(traits);
            environment = Map.copyOf(environment);
            shaping = List.copyOf(shaping);
            argv = List.copyOf(argv);
        }

        /// Returns the same with other variables.
        public Compile withEnvironment(Map<String, String> variables) {
            return new Compile(
                    compiler, language, stage, source, outputs, search, forced, macros, inputs, traits, colour,
                    variables, shaping, argv);
        }

        /// Returns the name of the output of a kind, if there is one.
        public Optional<String> output(Output.Kind kind) {
            return outputs.stream()
                    .filter(output -> output.kind() == kind)
                    .map(Output::name)
                    .findFirst();
        }
    }
}
