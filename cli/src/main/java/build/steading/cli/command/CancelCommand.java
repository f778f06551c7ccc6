// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.cli.door.ExitCode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// Cancel builds.
@Command(name = "cancel", description = "Cancel builds.")
final class CancelCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "Numbers of builds.")
    private List<Long> builds = List.of();

    CancelCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var ids = builds.stream().map(BuildId::new).toList();
        for (var id : ids) {
            var _ = services.book().find(id).orElseThrow(() -> Report.unknown(id));
        }
        for (var id : ids) {
            if (services.desk().withdraw(id, List.of(), console.user())) {
                console.say("Build %d is cancelled", id.value());
            } else {
                var state = services.book()
                        .find(id)
                        .map(build -> Report.word(build.state()))
                        .orElse("gone");
                console.say("Build %d had ended before: %s", id.value(), state);
            }
        }
        return ExitCode.OK;
    }
}
