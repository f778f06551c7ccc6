// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;

/// What the background process costs when there is nothing to do: its first start, and its memory.
final class FootprintBench {
    private static final int STARTS = 5;
    private static final int BUILDS = 20;
    private static final Duration IDLE = Duration.ofSeconds(60);

    private FootprintBench() {}

    static Table run(Stage stage) throws IOException, InterruptedException {
        var definition = """
            project: footprint
            tasks:
              one: {run: "date >now", outputs: [now]}
            """;
        var project = stage.repository("footprint", Map.of("steading.yaml", definition));
        var table = new Table("Background process");
        var starts = new ArrayList<Double>();
        var builds = new ArrayList<Double>();
        for (var i = 0; i < STARTS; i++) {
            starts.addAll(stage.time(project, 0, 1, stage.steading().toString(), "status")
                    .wall()
                    .values());
            builds.addAll(stage.time(project, 0, 1, stage.steading().toString(), "build")
                    .wall()
                    .values());
            stage.stop();
        }
        var java = new Reference(
                "java -version",
                stage.time(project, 1, STARTS, stage.java().toString(), "-version")
                        .wall());
        table.add("first command, process started, wall in ms", "<= 3,000", new Samples(starts), java);
        table.add("  first build after it", "", new Samples(builds), java);
        for (var i = 0; i < BUILDS; i++) {
            stage.steading(project, "build", "--force");
        }
        var busy = new Reference("just after a build", Samples.of(stage.processKib("VmRSS") / 1024.0));
        Thread.sleep(IDLE);
        table.add("resident, idle for a minute, MiB", "<= 250", Samples.of(stage.processKib("VmRSS") / 1024.0), busy);
        return table;
    }
}
