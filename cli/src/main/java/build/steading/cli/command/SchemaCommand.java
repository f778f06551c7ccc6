// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import build.steading.project.ProjectFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Prints the JSON Schema of `steading.yaml`.
@Command(name = "schema", description = "Print the JSON Schema of `steading.yaml`, for editors.")
final class SchemaCommand implements Callable<Integer> {
    private final Console console;

    SchemaCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.result("%s", ProjectFile.schema().strip());
        return ExitCode.OK;
    }
}
