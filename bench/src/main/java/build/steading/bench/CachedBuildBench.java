// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.nio.file.Path;

/// Builds whose every task is cached, from shell prompt to shell prompt, one after the other.
final class CachedBuildBench {
    private static final int WARMUPS = 50;
    private static final int RUNS = 50;
    private static final int JAVA_RUNS = 10;

    private CachedBuildBench() {}

    static Table run(Stage stage) throws IOException, InterruptedException {
        var project = stage.directory().resolve("wordfreq");
        stage.in(stage.directory(), "cp", "-r", stage.example("wordfreq").toString(), project.toString());
        stage.commit(project);
        stage.in(project, "make", "-s");
        var table = new Table("Cached build, 6 tasks, prompt to prompt, ms");
        var steading = stage.steading().toString();
        var trueProgram = stage.time(project, WARMUPS, RUNS, "/bin/true");
        stage.steading(project, "build");
        stage.time(project, WARMUPS, 1, steading, "build");
        var cpuBefore = stage.processCpu();
        var build = stage.time(project, 0, RUNS, steading, "build");
        var cpu = (stage.processCpu() - cpuBefore) / RUNS;
        var status = stage.time(project, WARMUPS, RUNS, "git", "status");
        var make = stage.time(project, WARMUPS, RUNS, "make", "-q");
        table.add("steading build, wall", "<= 30", build.wall(), new Reference("git status", status.wall()));
        table.add("  the same", "", build.wall(), new Reference("make -q", make.wall()));
        table.add("  CPU of the launcher", "", build.cpu(), new Reference("git status", status.cpu()));
        table.add("  CPU of the background process", "", Samples.of(cpu), new Reference("git status", status.cpu()));
        versions(stage, project, table, new Reference("/bin/true", trueProgram.wall()));
        stage.with("STEADING_LAUNCHER", "java");
        var java = stage.time(project, 2, JAVA_RUNS, steading, "build");
        stage.with("STEADING_LAUNCHER", "");
        var start = stage.time(project, 2, JAVA_RUNS, stage.java().toString(), "-version");
        table.add("steading build, launcher in Java, wall", "<= 700", java.wall(), new Reference("java", start.wall()));
        return table;
    }

    private static void versions(Stage stage, Path project, Table table, Reference reference)
            throws IOException, InterruptedException {
        var front = stage.time(project, WARMUPS, RUNS, stage.steading().toString(), "--version");
        var binary = stage.distribution().resolve("steading").toString();
        var alone = stage.time(project, WARMUPS, RUNS, binary, "--version");
        table.add("./steading --version, wall", "<= 5", front.wall(), reference);
        table.add("  the C program alone", "", alone.wall(), reference);
    }
}
