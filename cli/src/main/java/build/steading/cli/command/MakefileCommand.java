// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Prints targets for make, one for each revision and task, so that `make` stays the one thing people type.
@Command(
        name = "makefile",
        description = {
            "Print a fragment for a Makefile, with targets that build revisions through Steading.",
            "",
            "For each REV and each task of its project there are `delegated-REV-TASK-foreground`, which waits and then"
                    + " shows a desktop notification, and `delegated-REV-TASK-background`, which returns at once."
        },
        footer = {"", "Example: steading makefile main v2.4 > build/steading.mk, then `-include build/steading.mk`"})
final class MakefileCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Mixin
    private ProjectOptions project;

    @Parameters(paramLabel = "REV", description = "Revisions (default: the current branch).")
    private List<String> revisions = List.of();

    MakefileCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var place = project.place(services, console);
        var targets = new ArrayList<String>();
        var rules = new StringBuilder();
        for (var name : revisions.isEmpty() ? List.of("") : revisions) {
            var revision = place.repository().resolve(name);
            var located =
                    place.locate(services.trees(), revision, place.repository().tree(revision, false), false);
            var tasks = services.plans()
                    .inTree(located.root(), "`%s`".formatted(revision.name()))
                    .tasks();
            for (var task : tasks.keySet()) {
                var target = "delegated-%s-%s".formatted(target(revision.name()), target(task));
                var command = "\t@steading build -p %s %s --task %s"
                        .formatted(quoted(located.directory().toString()), quoted(revision.name()), quoted(task));
                targets.add(target + "-foreground");
                targets.add(target + "-background");
                rules.append("\n%s-foreground:\n%s --notify\n".formatted(target, command));
                rules.append("\n%s-background:\n%s --detach\n".formatted(target, command));
            }
        }
        console.result(
                "# Made by `steading makefile`\n.PHONY: %s\n%s",
                String.join(" ", targets), rules.toString().stripTrailing());
        return ExitCode.OK;
    }

    /// Make gives a meaning to some characters that revisions may have.
    private static String target(String name) {
        return name.replaceAll("[^A-Za-z0-9._+-]", "-");
    }

    /// Quotes for the shell, and dollars for make.
    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''").replace("$", "$$") + "'";
    }
}
