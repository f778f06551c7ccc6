// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A source that takes its time: the compiler counts. Its name is like no other on this machine, so that it can
/// be seen whether a compiler is at work on it.
final class SlowCompile {
    private static final String OPTIONS =
            "-std=c++17 -fconstexpr-loop-limit=2000000000 -fconstexpr-ops-limit=2000000000";

    private final Path directory;
    private final String source;

    /// @param count 100 000 take about a tenth of a second
    SlowCompile(Path directory, int count) throws IOException {
        this.directory = directory;
        this.source = "slow-%d-%d.cc".formatted(ProcessHandle.current().pid(), System.nanoTime());
        Files.writeString(directory.resolve(source), """
            constexpr long f() { long s = 0; for (long i = 0; i < %d; i++) s += i & 3; return s; }
            constexpr long v = f();
            long w = v;
            """.formatted(count));
    }

    Path object() {
        return directory.resolve("slow.o");
    }

    /// Starts the compile in a process group of its own.
    Program start(CompileWrapper wrapper) {
        return Program.start(directory, wrapper.variables(), List.of("/bin/sh", "-c", inGroup(command())));
    }

    /// Starts it by make, in a process group of its own.
    Program startByMake(CompileWrapper wrapper) throws IOException {
        Files.writeString(
                directory.resolve("Makefile"),
                "all:\n\t%s\n".formatted(command().replace("$", "$$")));
        return Program.start(directory, wrapper.variables(), List.of("/bin/sh", "-c", inGroup("make -j2")));
    }

    private String command() {
        return "$CXX %s -c %s -o slow.o".formatted(OPTIONS, source);
    }

    private static String inGroup(String command) {
        return "exec env --default-signal=INT setsid " + command;
    }

    static void signalGroup(Program leader, String name) {
        var sent = Program.run(
                Path.of("/"), Map.of(), List.of("/bin/sh", "-c", "env kill -%s -- -%d".formatted(name, leader.pid())));
        assertThat(sent.exitCode()).as(sent.all()).isZero();
    }

    /// Returns how many compilers proper are at work on it.
    private long compilers() throws IOException {
        return Farm.processes(source).stream()
                .filter(line -> line.contains("/cc1plus "))
                .count();
    }

    void awaitUnderWay() {
        await("compile of " + source).atMost(Program.PATIENCE).until(() -> compilers() > 0);
    }

    void awaitEnd(Duration patience) {
        await("end of the compile of " + source).atMost(patience).until(() -> compilers() == 0);
    }
}
