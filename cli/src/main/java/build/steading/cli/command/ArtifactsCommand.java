// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.cli.door.ExitCode;
import build.steading.failure.SteadingException;
import build.steading.tree.Node;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// List what a build made, or copy it.
@Command(name = "artifacts", description = "List what a build made, or copy it.")
final class ArtifactsCommand implements Callable<Integer> {
    private final Services services;
    private final Console console;

    @Parameters(paramLabel = "ID", description = "Number of the build.")
    private long build;

    @Option(names = "--get", paramLabel = "DIR", description = "Copy the artifacts into this directory.")
    private Optional<Path> get = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ArtifactsCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() {
        var id = new BuildId(build);
        var record = services.book().find(id).orElseThrow(() -> Report.unknown(id));
        var root = record.artifacts()
                .orElseThrow(() -> SteadingException.notFound(
                        "Build %d has no artifacts: it %s", build, Report.word(record.state())));
        if (get.isPresent()) {
            var target = console.invocation().cwd().resolve(get.get()).normalize();
            services.delivery().put(id, root, target);
            console.say("Artifacts of build %d are in `%s`", build, console.shown(target));
        }
        if (json) {
            console.result("%s", Json.text(Json.artifacts(root, services.trees())));
        } else if (get.isEmpty()) {
            services.trees().leaves(root).forEach((path, node) -> console.result("%s", line(path, node)));
        }
        return ExitCode.OK;
    }

    private static String line(String path, Node node) {
        return switch (node) {
            case Node.File(var digest, var _) -> "%10s  %s".formatted(Report.size(digest.sizeBytes()), path);
            case Node.Link(var target) -> "%10s  %s -> %s".formatted("", path, target);
            case Node.Folder _ -> "%10s  %s/".formatted("", path);
        };
    }
}
