// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.RequestRecord;
import build.steading.failure.SteadingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// How a build is watched.
final class FollowOptions {
    /// What Ctrl-C does to a build that is being watched.
    enum OnInterrupt {
        CANCEL,
        DETACH
    }

    @Option(names = "--json", description = "Print the outcome as JSON.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print no output of tasks and no progress, only the outcome.")
    private boolean quiet;

    @Option(
            names = "--on-interrupt",
            paramLabel = "cancel|detach",
            description =
                    "What Ctrl-C does: cancel the build, or leave it running in the background (default: cancel, or"
                            + " $STEADING_ON_INTERRUPT).")
    private Optional<String> onInterrupt = Optional.empty();

    @Option(names = "--notify", description = "Show a desktop notification at the end, if there is a `notify-send`.")
    private boolean notify;

    boolean notifies() {
        return notify;
    }

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    OnInterrupt onInterrupt(Console console) {
        var wanted = onInterrupt
                .or(() -> console.environment("STEADING_ON_INTERRUPT"))
                .orElse("cancel");
        return switch (wanted) {
            case "cancel" -> OnInterrupt.CANCEL;
            case "detach" -> OnInterrupt.DETACH;
            default -> throw SteadingException.invalid("Ctrl-C can `cancel` or `detach`, not `%s`", wanted);
        };
    }

    /// Returns the command that goes on watching the same builds after a restart of the background process.
    List<String> attachArguments(List<RequestRecord> requests) {
        var arguments = new ArrayList<>(List.of("attach"));
        requests.forEach(request -> {
            arguments.add(request.build().toString());
            arguments.add("--request=" + request.id());
        });
        if (json) {
            arguments.add("--json");
        }
        if (quiet) {
            arguments.add("--quiet");
        }
        if (notify) {
            arguments.add("--notify");
        }
        onInterrupt.ifPresent(choice -> arguments.add("--on-interrupt=" + choice));
        return arguments;
    }
}
