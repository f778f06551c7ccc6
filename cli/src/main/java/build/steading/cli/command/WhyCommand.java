// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.Causes;
import build.steading.cli.door.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says why a build does not go on.
@Command(name = "why", description = "Say why a build waits: one line for each cause.")
final class WhyCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(paramLabel = "ID", description = "Number of the build.")
    private long build;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    WhyCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var id = new BuildId(build);
        var record = services.book().find(id).orElseThrow(() -> Report.unknown(id));
        var causes = record.state().isFinal() ? Causes.NONE : services.desk().why(id);
        if (json) {
            console.result("%s", Json.text(Json.causes(record, causes)));
            return ExitCode.OK;
        }
        if (causes.equals(Causes.NONE)) {
            console.result("%s", nothingWaits(record));
        }
        causes.build().forEach(cause -> console.result("%s", cause));
        causes.tasks()
                .forEach((task, lines) ->
                        lines.forEach(cause -> console.result("%s: %s", console.style(Style.NAME, task), cause)));
        return ExitCode.OK;
    }

    private String nothingWaits(BuildRecord record) {
        return record.state().isFinal()
                ? "Build %d does not wait, it has ended: %s".formatted(build, Report.word(record.state()))
                : "Build %d does not wait, it runs".formatted(build);
    }
}
