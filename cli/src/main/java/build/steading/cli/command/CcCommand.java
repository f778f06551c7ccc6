// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import build.steading.compile.service.Compiles;
import build.steading.compile.service.Statistics.Counts;
import build.steading.failure.SteadingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Tells of compiles. What compiles is [CompilerCall]: this is never asked for a compiler.
@Command(
        name = "cc",
        description = "Run a C or C++ compiler on whatever machine of the farm is free.",
        customSynopsis = {
            "steading cc COMPILER ARGUMENT…",
            "       steading cc --stats [--json]",
            "       steading cc --why FILE"
        },
        footer = {
            "",
            "Put it before the compiler:",
            "  steading cc gcc -O2 -c a.c -o a.o",
            "  make -j16 CC=\"steading cc gcc\" CXX=\"steading cc g++\"",
            "  cmake -DCMAKE_C_COMPILER_LAUNCHER=\"steading;cc\" -DCMAKE_CXX_COMPILER_LAUNCHER=\"steading;cc\" …",
            "or link it under the compiler's name into a directory at the front of PATH:",
            "  ln -s \"$(command -v steading)\" ~/cc/gcc",
            "Files, messages and exit code are those of the compiler. What is not a plain compile (-c or -S of one",
            "source) runs here, as typed; so does everything while the farm cannot help.",
            "",
            "STEADING_CC=local: run compilers here.  STEADING_CC=farm: never, if the farm can.",
            "STEADING_CC=refresh: compile even what is known.",
            "STEADING_CC=strict: fail with 4 where the farm should compile and cannot."
        })
final class CcCommand implements Callable<Integer> {
    private final Optional<Compiles> service;
    private final Console console;

    @Spec
    private CommandSpec spec;

    @Option(names = "--stats", description = "Show what became of all calls since the background process began.")
    private boolean stats;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--why",
            paramLabel = "FILE",
            description = "Tell how an object file was made the last time, and if not on the farm, why.")
    private String file;

    @Parameters(hidden = true)
    private List<String> arguments = List.of();

    CcCommand(Optional<Compiles> service, Console console) {
        this.service = service;
        this.console = console;
    }

    @Override
    public Integer call() {
        var compiles =
                service.orElseThrow(() -> SteadingException.invalid("Nothing is compiled in the process of a server"));
        if (!arguments.isEmpty() || (!stats && file == null)) {
            throw new ParameterException(
                    spec.commandLine(), "A compiler must be named before its arguments, or `--stats` or `--why FILE`");
        }
        if (file != null) {
            tellWhy(file);
        }
        if (stats) {
            show(compiles.statistics().counts());
        }
        return ExitCode.OK;
    }

    private void tellWhy(String name) {
        var path = console.invocation().cwd().resolve(name).toString();
        var how = service.flatMap(compiles -> compiles.statistics().how(path));
        console.result(
                "%s: %s",
                name,
                how.orElseThrow(() -> SteadingException.notFound(
                        "`%s` was not made by `steading cc` since the background process began", path)));
    }

    private void show(Counts counts) {
        if (json) {
            console.result("%s", Json.text(facts(counts)));
            return;
        }
        console.result("%-22s %8d", "calls", counts.compiles());
        console.result("%-22s %8d", "known already", counts.hits());
        console.result("%-22s %8d", "  to the farm", counts.shared());
        console.result("%-22s %8d", "compiled on the farm", counts.remote());
        console.result("%-22s %8d", "compiled here", counts.local());
        counts.reasons().entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(reason -> console.result("  %-20s %8d", reason.getKey(), reason.getValue()));
        console.result("%-22s %8s", "written", Report.size(counts.outputBytes()));
        if (!counts.trouble().isEmpty()) {
            console.result("the farm failed last:  %s", counts.trouble().replace("\n", "; "));
        }
    }

    private static Map<String, Object> facts(Counts counts) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("compiles", counts.compiles());
        facts.put("hits", counts.hits());
        facts.put("shared", counts.shared());
        facts.put("remote", counts.remote());
        facts.put("local", counts.local());
        facts.put("failed", counts.failed());
        facts.put("reasons", counts.reasons());
        facts.put("trouble", counts.trouble());
        facts.put("output-bytes", counts.outputBytes());
        return facts;
    }
}
