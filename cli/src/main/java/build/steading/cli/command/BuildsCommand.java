// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildRecord;
import build.steading.build.Durations;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// List builds, the newest first.
@Command(name = "builds", description = "List builds, the newest first.")
final class BuildsCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Mixin
    private ProjectOptions project;

    @Option(
            names = {"-a", "--all"},
            description = "Builds of all repositories, not only of the one here.")
    private boolean all;

    @Option(
            names = {"-n", "--number"},
            paramLabel = "N",
            description = "How many (default: ${DEFAULT-VALUE}).",
            defaultValue = "20")
    private int number;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    BuildsCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (number < 1 || number > 10_000) {
            throw SteadingException.invalid("`-n` is %d; 1 to 10000 are allowed", number);
        }
        var builds = services.book().recent(number, repository());
        if (json) {
            var list = builds.stream()
                    .map(build -> Json.build(build, services.book().requests(build.id()), services.trees()))
                    .toList();
            console.result("%s", Json.text(list));
            return ExitCode.OK;
        }
        if (builds.isEmpty()) {
            console.say("There are no builds yet; `steading build` makes one");
        }
        var now = services.clock().instant();
        for (var build : builds) {
            var verdict = "%-10s".formatted(Report.word(build.state()));
            console.result(
                    "%6s  %s  %-16s  %-24s  %11s ago  %s",
                    build.id(),
                    console.style(Follower.style(build.state()), verdict),
                    build.spec().project(),
                    build.spec().source().revision().name()
                            + (build.spec().source().revision().uncommitted() ? "+wip" : ""),
                    Durations.words(Duration.between(build.created(), now)),
                    took(build));
        }
        return ExitCode.OK;
    }

    private static String took(BuildRecord build) {
        return build.ended()
                .map(end -> "took " + Durations.words(Duration.between(build.created(), end)))
                .orElse("");
    }

    private Optional<String> repository() {
        if (all) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    project.place(services, console).repository().root().toString());
        } catch (SteadingException _) {
            // Outside of any repository there is nothing to restrict the list to.
            return Optional.empty();
        }
    }
}
