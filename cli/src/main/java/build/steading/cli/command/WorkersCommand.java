// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Identity;
import build.steading.auth.MemberBook.Change;
import build.steading.auth.Role;
import build.steading.cli.door.ExitCode;
import build.steading.client.Administration;
import build.steading.failure.SteadingException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows the machines of the farm, and does with them what admins may.
@Command(
        name = "workers",
        description = {
            "Show the workers of the farm; admins may also change what they are.",
            "",
            "drain: the worker finishes what it runs and gets nothing new. resume: it gets work again. revoke: it is"
                + " not let in any more, and what it runs goes elsewhere. remove: it is forgotten, its name is free."
        },
        sortOptions = false)
final class WorkersCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(index = "0", arity = "0..1", paramLabel = "drain|resume|revoke|remove", description = "What to do.")
    private Optional<String> verb = Optional.empty();

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "With which worker.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--user", description = "NAME is a user of this role, not a worker.", paramLabel = "ROLE")
    private Optional<String> role = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    WorkersCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        if (verb.isPresent()) {
            return change(verb.get());
        }
        var workers = services.facts().get().getOrDefault("workers", Map.of());
        if (json) {
            console.result("%s", Json.text(workers));
        } else if (workers instanceof Map<?, ?> all && !all.isEmpty()) {
            all.forEach((worker, facts) -> show(String.valueOf(worker), (Map<?, ?>) facts));
        } else {
            console.result("There are no workers; on the machine of one, `steading worker --join HOST --token TOKEN`");
        }
        return ExitCode.OK;
    }

    private void show(String worker, Map<?, ?> facts) {
        var state = new StringBuilder();
        if (Boolean.FALSE.equals(facts.get("connected"))) {
            state.append("revoked".equals(facts.get("state")) ? "revoked" : "not connected");
        } else {
            state.append(use(facts));
        }
        for (var remark : new String[] {"remark", "quarantine"}) {
            var said = facts.get(remark);
            if (said != null) {
                state.append(", ")
                        .append(remark.equals("quarantine") ? "in quarantine: " : "")
                        .append(said);
            }
        }
        if (Boolean.TRUE.equals(facts.get("silent"))) {
            state.append(", silent");
        }
        console.result("%-24s  %s%s", worker, state, kind(facts));
    }

    /// Returns how much of a worker is in use.
    static String use(Map<?, ?> facts) {
        return Integer.valueOf(0).equals(facts.get("slots"))
                ? "%s busy, takes nothing new".formatted(facts.get("busy"))
                : "%s of %s slots busy".formatted(facts.get("busy"), facts.get("slots"));
    }

    private static String kind(Map<?, ?> facts) {
        return facts.get("properties") instanceof Map<?, ?> map
                ? "  (%s %s, %s cores)".formatted(map.get("os"), map.get("arch"), map.get("cores"))
                : "";
    }

    private int change(String wanted) {
        Change change;
        try {
            change = Change.valueOf(wanted.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            throw SteadingException.invalid("`%s` is not `drain`, `resume`, `revoke` or `remove`", wanted);
        }
        var worker =
                name.orElseThrow(() -> SteadingException.invalid("Which worker? `steading workers %s NAME`", wanted));
        var member = new Identity(worker, role.map(TokenCommand::role).orElse(Role.WORKER));
        administration(services).change(member, change);
        console.say("Done: %s `%s`", wanted, worker);
        return ExitCode.OK;
    }

    /// @throws SteadingException with `Invalid` where there is no farm
    static Administration administration(Services services) {
        return services.administration()
                .orElseThrow(() -> SteadingException.invalid(
                        "This Steading is not part of a farm: `steading server` makes one, `steading join` joins one"));
    }
}
