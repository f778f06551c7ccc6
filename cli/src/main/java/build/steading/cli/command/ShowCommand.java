// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Show what is known of a build.
@Command(name = "show", description = "Show what is known of a build.")
final class ShowCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(paramLabel = "ID", description = "Number of the build.")
    private long build;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ShowCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        return new Report(services, console).show(new BuildId(build), json);
    }
}
