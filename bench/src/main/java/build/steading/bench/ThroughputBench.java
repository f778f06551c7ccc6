// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Builds of 500 independent tasks that do nothing, none of them cached.
final class ThroughputBench {
    private static final int TASKS = 500;
    private static final int WARMUPS = 6;
    private static final int RUNS = 5;

    private ThroughputBench() {}

    static Table run(Stage stage) throws IOException, InterruptedException {
        var project = stage.repository("throughput", Map.of("steading.yaml", definition()));
        var steading = stage.steading().toString();
        var table = new Table("500 independent tasks `true`, actions a second end to end");
        for (var sandbox : List.of("plain", "")) {
            stage.with("STEADING_SANDBOX", sandbox);
            var name = sandbox.isEmpty() ? "bubblewrap" : sandbox;
            stage.steading(project, "build");
            var cpuBefore = stage.processCpu();
            var build = stage.time(project, WARMUPS, RUNS, steading, "build", "-o", "n=" + name + "%d");
            var cpu = (stage.processCpu() - cpuBefore) / (WARMUPS + RUNS) / TASKS;
            var bare = stage.time(project, 0, RUNS, "/bin/sh", "-c", loop(sandbox));
            var target = sandbox.isEmpty() ? ">= 100" : ">= 300";
            var what = sandbox.isEmpty() ? "one bwrap after the other" : "one process after the other";
            table.add(name, target, perSecond(build), new Reference(what, perSecond(bare)));
            table.add("  CPU of the background process, ms an action", "", Samples.of(cpu));
            stage.stop();
        }
        return table;
    }

    private static Samples perSecond(Stage.Timing timing) {
        return timing.wall().map(millis -> TASKS / millis * 1000);
    }

    private static String loop(String sandbox) {
        var command = sandbox.isEmpty()
                ? "bwrap --unshare-all --ro-bind / / --dev /dev --proc /proc /bin/sh -c true"
                : "/bin/sh -c true";
        return "i=0; while [ $i -lt %d ]; do %s; i=$((i + 1)); done".formatted(TASKS, command);
    }

    private static String definition() {
        var text = new StringBuilder("""
            project: throughput
            options:
              n: {type: string, default: "0", help: "makes the actions other ones"}
            tasks:
            """);
        for (var i = 0; i < TASKS; i++) {
            text.append("  t%d: {run: \"true # ${options.n} %d\"}%n".formatted(i, i));
        }
        return text.toString();
    }
}
