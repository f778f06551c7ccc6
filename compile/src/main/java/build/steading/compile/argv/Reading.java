// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLine.Local;
import java.util.List;
import java.util.Map;

/// Reads one command line, whose response files have been expanded.
final class Reading {
    private static final int CHARACTERS_OF_DETAIL = 120;

    private final Compiler compiler;
    private final Map<String, String> environment;
    private final Draft draft;
    private final OptionTable table;

    Reading(Compiler compiler, Map<String, String> environment) {
        this.compiler = compiler;
        this.environment = environment;
        this.draft = new Draft(compiler);
        this.table = switch (compiler.family()) {
            case GCC -> GnuTable.GCC;
            case CLANG -> GnuTable.CLANG;
            case CL -> ClTable.CL;
            case CLANG_CL -> ClTable.CLANG_CL;
        };
    }

    /// @param program the compiler as typed
    CommandLine read(String program, List<String> arguments) {
        draft.argv.add(program);
        takeAll(arguments);
        draft.passed.apply(draft);
        if (draft.stage == null) {
            draft.sendHome(draft.sources.reasonWithoutStage(), "");
        }
        var compile = finish();
        var home = draft.home();
        return home == null ? compile : shortened(home);
    }

    private void takeAll(List<String> arguments) {
        var next = 0;
        while (next < arguments.size() && !draft.hasEnded()) {
            next += take(arguments, next);
        }
    }

    /// Returns how many arguments were taken.
    private int take(List<String> arguments, int at) {
        var argument = arguments.get(at);
        if (argument.equals("--")) {
            draft.argv.add(argument);
            arguments.subList(at + 1, arguments.size()).forEach(draft::takeSource);
            return arguments.size() - at;
        }
        if (!isOption(argument)) {
            draft.takeSource(argument);
            return 1;
        }
        var option = table.find(canonical(argument)).orElse(null);
        if (option == null) {
            draft.sendHome(Reason.UNKNOWN_OPTION, argument);
            return 1;
        }
        var isWhole = argument.length() == option.name().length();
        if (!isWhole || !option.takesNext()) {
            draft.take(
                    List.of(argument),
                    new Given(option, argument.substring(option.name().length())));
            return 1;
        }
        if (at + 1 == arguments.size()) {
            draft.sendHome(Reason.UNKNOWN_OPTION, argument + " without a value");
            return 1;
        }
        draft.take(arguments.subList(at, at + 2), new Given(option, arguments.get(at + 1)));
        return 2;
    }

    private boolean isOption(String argument) {
        return (argument.length() > 1 && argument.charAt(0) == '-')
                || (compiler.family().isMicrosoft() && argument.startsWith("/"));
    }

    /// Returns an argument as the table has it: there, options of `cl.exe` begin with `/`.
    private String canonical(String argument) {
        return compiler.family().isMicrosoft() && argument.startsWith("-") && !argument.startsWith("--")
                ? "/" + argument.substring(1)
                : argument;
    }

    private Compile finish() {
        var source = draft.sources.only(draft);
        var language = draft.sources.language(draft);
        var stage = draft.stage == null ? Stage.OBJECT : draft.stage;
        if (compiler.family().isMicrosoft()) {
            MicrosoftOutputs.declare(draft, source);
            draft.directories.addMicrosoftVariables(environment);
        } else {
            new GnuOutputs(draft, language, stage).declare(source);
            draft.directories.addGnuVariables(environment, language);
        }
        var search = draft.directories.toSearchPath(compiler.family().isMicrosoft());
        if (search.isEmpty()) {
            draft.sendHome(Reason.SEARCH_PATH, "=");
        }
        return new Compile(
                compiler,
                language,
                stage,
                source,
                draft.outputs,
                search.orElseGet(
                        () -> new SearchPath(List.of(), List.of(), List.of(), List.of(), List.of(), true, false)),
                draft.forced,
                draft.macros,
                draft.inputs,
                draft.traits(),
                draft.colour,
                CompilerVariables.needed(compiler.family(), environment),
                draft.shaping,
                draft.argv);
    }

    private static Local shortened(Local home) {
        var detail = home.detail();
        return detail.length() <= CHARACTERS_OF_DETAIL
                ? home
                : new Local(home.reason(), detail.substring(0, CHARACTERS_OF_DETAIL) + "…");
    }
}
