// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.auth.Credentials;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `steading executor`.
@Command(
        name = "executor",
        description = {
            "Say who runs your actions: this machine, or a server of the Remote Execution API.",
            "Compiles by `steading cc` run there as well. Builds, records and artifacts stay here. Such a server knows"
                + " nothing of `requires:`, `network:` and `memory:`; what machines it shall use, `--platform` says."
                + " Without ADDRESS: show who does."
        })
final class ExecutorCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(
            arity = "0..1",
            paramLabel = "ADDRESS",
            description = "`grpc://HOST:PORT`, `grpcs://HOST:PORT` (TLS) or `unix:/PATH`.")
    private Optional<String> address = Optional.empty();

    @Option(names = "--instance", paramLabel = "NAME", description = "The instance name that the server expects.")
    private String instance = "";

    @Option(
            names = "--platform",
            paramLabel = "NAME=VALUE",
            description = "A platform property of every action; may be repeated.")
    private Map<String, String> platform = Map.of();

    @Option(
            names = "--header",
            paramLabel = "NAME=VALUE",
            description = "Show this with every call, for instance a key; by TLS only; may be repeated.")
    private Map<String, String> headers = Map.of();

    @Option(names = "--none", description = "From now on, this machine.")
    private boolean none;

    ExecutorCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var state =
                services.state().orElseThrow(() -> SteadingException.invalid("The workers of this farm run actions"));
        if (address.isEmpty() && !none) {
            refuseOptions();
            console.result(
                    "%s",
                    ForeignCluster.read(state).map(ForeignCluster::toString).orElse("this machine"));
            return ExitCode.OK;
        }
        services.credentials().filter(Credentials::joined).ifPresent(credentials -> {
            throw SteadingException.invalid(
                    "You have joined `%s`, whose workers run actions; `steading leave` ends that",
                    credentials.server());
        });
        if (!services.book().underWay().isEmpty()) {
            throw SteadingException.invalid("Builds are under way here: wait for them or `steading cancel` them first");
        }
        // The next command finds a process that does as is said.
        console.invocation().caller().requestStop(none ? back(state) : change(state, address.orElseThrow()));
        return ExitCode.OK;
    }

    private void refuseOptions() {
        if (!instance.isEmpty() || !platform.isEmpty() || !headers.isEmpty()) {
            throw SteadingException.invalid("`--instance`, `--platform` and `--header` belong to an ADDRESS");
        }
    }

    private String back(Path state) {
        if (address.isPresent()) {
            throw SteadingException.invalid("Either `--none` or `%s`, not both", address.get());
        }
        refuseOptions();
        ForeignCluster.forget(state);
        return "Actions run on this machine from now on";
    }

    private String change(Path state, String to) {
        var cluster = ForeignCluster.of(to, instance, platform, headers);
        cluster.write(state);
        return "Actions run on %s from now on".formatted(cluster);
    }
}
