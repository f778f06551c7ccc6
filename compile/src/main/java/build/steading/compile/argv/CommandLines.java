// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import build.steading.compile.argv.CommandLine.Local;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Reads command lines of compilers. Thread-safe; the reader of response files is all that it asks the outside.
public final class CommandLines {
    /// Stands where a name was no text in the encoding of whoever typed it.
    private static final char REPLACEMENT = '\uFFFD';

    private final ResponseFileReader responseFiles;

    public CommandLines(ResponseFileReader responseFiles) {
        this.responseFiles = responseFiles;
    }

    /// Reads a command line of the compiler that its first argument names.
    ///
    /// @param argv with the compiler first, as typed
    /// @param environment may hold more than [CompilerVariables#names]
    public CommandLine read(List<String> argv, Map<String, String> environment) {
        if (argv.isEmpty()) {
            return new Local(Reason.UNKNOWN_COMPILER, "");
        }
        return Compiler.named(argv.getFirst())
                .map(compiler -> read(compiler, argv, environment))
                .orElseGet(() -> new Local(Reason.UNKNOWN_COMPILER, argv.getFirst()));
    }

    /// Reads a command line of a compiler that is known by more than its name.
    public CommandLine read(Compiler compiler, List<String> argv, Map<String, String> environment) {
        var variable = CompilerVariables.refused(compiler.family(), environment);
        if (variable.isPresent()) {
            return new Local(Reason.ENVIRONMENT, variable.get());
        }
        List<String> expanded;
        try {
            expanded = expand(compiler.family(), argv.subList(1, argv.size()), environment);
        } catch (ResponseFiles.Refused file) {
            return new Local(Reason.RESPONSE_FILE, String.valueOf(file.getMessage()));
        }
        for (var argument : expanded) {
            if (argument.indexOf(REPLACEMENT) >= 0) {
                return new Local(Reason.UNDECODABLE, argument);
            }
        }
        return new Reading(compiler, environment).read(argv.getFirst(), expanded);
    }

    private List<String> expand(Family family, List<String> arguments, Map<String, String> environment)
            throws ResponseFiles.Refused {
        var words = Words.of(family);
        if (!family.isMicrosoft()) {
            return ResponseFiles.expand(arguments, responseFiles, words);
        }
        var all = new ArrayList<>(words.split(environment.getOrDefault("CL", "")));
        all.addAll(arguments);
        all.addAll(words.split(environment.getOrDefault("_CL_", "")));
        return ResponseFiles.expand(all, responseFiles, words);
    }
}
