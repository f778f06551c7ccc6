// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the farm adds to an action that must run: 1,000 files of input, which the store has, and 10 outputs.
///
/// Each build has another value of an option, so that its one action is new. What a build costs whose action is
/// cached is taken off: it is no cost of the action.
final class OverheadBench {
    private static final int FILES = 1000;
    private static final int FILES_PER_DIRECTORY = 50;
    private static final int WARMUPS = 1_000;
    private static final int RUNS = 100;
    private static final String COMMAND = "mkdir -p out; for i in 0 1 2 3 4 5 6 7 8 9; do echo %s $i >out/$i; done";

    private OverheadBench() {}

    static Table run(Stage stage) throws IOException, InterruptedException {
        var project = stage.repository("overhead", files());
        var steading = stage.steading().toString();
        var table = new Table("One uncached action, inputs of 1,000 files, 10 outputs, wall in ms");
        var bareDirectory = Files.createDirectories(stage.directory().resolve("bare"));
        for (var sandbox : List.of("", "plain")) {
            stage.with("STEADING_SANDBOX", sandbox);
            var name = sandbox.isEmpty() ? "bubblewrap" : sandbox;
            var bare = stage.time(bareDirectory, WARMUPS, RUNS, "/bin/sh", "-c", COMMAND.formatted("%d"));
            var cpuBefore = cpu(stage, project);
            var build = stage.time(project, WARMUPS, RUNS, steading, "build", "-o", "n=" + name + "%d");
            var cpu = (cpu(stage, project) - cpuBefore) / (WARMUPS + RUNS);
            var cached = stage.time(project, WARMUPS, RUNS, steading, "build", "-o", "n=" + name + "1");
            var rest = cached.wall().median() + bare.wall().median();
            var reference = new Reference("bare command", bare.wall());
            table.add(name + ": overhead of the action", "<= 15", build.wall().map(wall -> wall - rest), reference);
            table.add("  the whole build", "", build.wall(), reference);
            table.add("  the whole build, its action cached", "", cached.wall(), reference);
            table.add("  CPU of the background process, a build", "", Samples.of(cpu));
            stage.stop();
        }
        return table.note("The overhead is the whole build less the cached one and the bare command.");
    }

    private static double cpu(Stage stage, Path project) throws IOException, InterruptedException {
        stage.steading(project, "build");
        return stage.processCpu();
    }

    private static Map<String, String> files() {
        var files = new TreeMap<String, String>();
        for (var i = 0; i < FILES - 1; i++) {
            files.put("src/part%02d/file%04d.c".formatted(i / FILES_PER_DIRECTORY, i), "int f%d;\n".formatted(i));
        }
        files.put("steading.yaml", """
            project: overhead
            options:
              n: {type: string, default: "0", help: "makes the action another one"}
            tasks:
              ten:
                run: %s
                inputs: ["**"]
                outputs: [%s]
            """.formatted(
                        COMMAND.formatted("${options.n}"),
                        "out/0, out/1, out/2, out/3, out/4, out/5, out/6, out/7, out/8, out/9"));
        return files;
    }
}
