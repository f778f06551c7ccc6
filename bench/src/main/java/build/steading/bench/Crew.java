// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// Several that run commands at the same time, each one after the other, like `make -j`.
final class Crew {
    private final Stage stage;
    private final Path workDirectory;
    private final int members;

    Crew(Stage stage, Path workDirectory, int members) {
        this.stage = stage;
        this.workDirectory = workDirectory;
        this.members = members;
    }

    /// What all of them took together.
    ///
    /// @param cpuMillis of the commands, on average
    record Shift(int commands, double seconds, double cpuMillis) {
        double rate() {
            return commands / seconds;
        }
    }

    /// Has each run its command so many times, the first time with number 0 for `%d`.
    Shift run(int each, IntFunction<List<String>> command) throws IOException, InterruptedException {
        var begin = System.nanoTime();
        var running = new ArrayList<Process>();
        for (var member = 0; member < members; member++) {
            var line = stage.timer(0, each, List.of(command.apply(member)));
            running.add(stage.builder(workDirectory, line)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }
        double cpu = 0;
        for (var process : running) {
            var lines = process.inputReader().lines().toList();
            if (process.waitFor() != 0) {
                throw new IOException("A command failed");
            }
            cpu += Stage.timing(lines, 0, 1).cpu().sum();
        }
        var commands = members * each;
        return new Shift(commands, (System.nanoTime() - begin) / 1e9, cpu / commands);
    }
}
