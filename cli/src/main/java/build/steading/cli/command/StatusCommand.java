// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Show what the farm is doing.
@Command(name = "status", description = "Show what the farm is doing.")
final class StatusCommand implements Callable<Integer> {
    private static final Set<String> SIZES = Set.of("memory", "store");

    private final Services services;
    private final Console console;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    StatusCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var facts = new LinkedHashMap<>(services.facts().get());
        var builds = services.book().underWay();
        if (json) {
            facts.put(
                    "builds",
                    builds.stream()
                            .map(build -> Json.build(build, services.book().requests(build.id()), services.trees()))
                            .toList());
            console.result("%s", Json.text(facts));
            return ExitCode.OK;
        }
        // They follow, as people read them.
        facts.remove("builds");
        var width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach((name, value) ->
                console.result("%s  %s", name + " ".repeat(width - name.length()), words(name, value)));
        if (builds.isEmpty()) {
            console.result("No builds are under way");
        }
        builds.forEach(build -> new Report(services, console).brief(build));
        return ExitCode.OK;
    }

    /// What else is known of them, `steading workers` shows.
    private static String workers(Map<?, ?> workers) {
        return workers.isEmpty()
                ? "none"
                : workers.entrySet().stream()
                        .map(entry -> "%s (%s)".formatted(entry.getKey(), state((Map<?, ?>) entry.getValue())))
                        .collect(Collectors.joining(", "));
    }

    private static String state(Map<?, ?> facts) {
        return Boolean.FALSE.equals(facts.get("connected")) ? "not connected" : WorkersCommand.use(facts);
    }

    /// Sizes in JSON are bytes; people read them better otherwise.
    private static String words(String name, Object value) {
        return switch (value) {
            case Map<?, ?> workers when name.equals("workers") -> workers(workers);
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(entry -> entry.getKey() + " " + words("", entry.getValue()))
                        .collect(Collectors.joining(", "));
            case Number bytes when SIZES.contains(name) -> Report.size(bytes.longValue());
            default -> value.toString();
        };
    }
}
