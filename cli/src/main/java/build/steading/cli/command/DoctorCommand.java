// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Check what this machine has and lacks, and say how to mend it.
@Command(name = "doctor", description = "Check what this machine has and lacks, and say how to mend it.")
final class DoctorCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    DoctorCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var checks = services.checks().get();
        if (json) {
            console.result("%s", Json.text(checks));
        } else {
            for (var check : checks) {
                var mark = check.good()
                        ? console.style(Style.GOOD, "ok     ")
                        : check.vital() ? console.style(Style.BAD, "MISSING") : console.style(Style.WAITING, "lacking");
                console.result(
                        "%s  %-12s  %s%s", mark, check.name(), check.found(), check.good() ? "" : "; " + check.cure());
            }
        }
        return checks.stream().allMatch(check -> check.good() || !check.vital()) ? ExitCode.OK : ExitCode.TRY_AGAIN;
    }
}
