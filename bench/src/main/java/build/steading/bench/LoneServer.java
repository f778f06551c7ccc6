// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server of a farm without workers, with a home of its own below the stage's directory. Not thread-safe.
final class LoneServer implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Stage stage;
    private final Path home;
    private Process process;

    /// Starts it.
    LoneServer(Stage stage) throws IOException {
        this.stage = stage;
        this.home = stage.directory().resolve("home");
        this.process = begin();
    }

    private Process begin() throws IOException {
        stage.with("STEADING_HOME", home.toString());
        var program = stage.distribution().resolve("steading").toString();
        var command = new ArrayList<>(List.of(program, "server"));
        command.addAll(List.of("--listen", "127.0.0.1:0", "--status", "127.0.0.1:0"));
        return stage.builder(stage.directory(), command)
                .redirectErrorStream(true)
                .redirectOutput(stage.directory().resolve("server.out").toFile())
                .start();
    }

    /// Returns where it keeps everything.
    Path home() {
        return home;
    }

    Path socket() {
        return home.resolve("run/reapi.sock");
    }

    /// Waits until it answers.
    void await() throws IOException, InterruptedException {
        var question = GetCapabilitiesRequest.getDefaultInstance().toByteArray();
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            if (Files.exists(socket())) {
                try (var client = new WireClient(socket())) {
                    client.rate(CapabilitiesGrpc.getGetCapabilitiesMethod(), List.of(question), 1, _ -> {});
                    return;
                } catch (IllegalStateException _) {
                    // The socket is that of the process before it.
                }
            }
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new IOException("Nobody listens on `%s`".formatted(socket()));
            }
            Thread.sleep(2);
        }
    }

    /// Starts the next one when this one has ended.
    ///
    /// @return milliseconds until it answers
    double restart() throws IOException, InterruptedException {
        var begin = System.nanoTime();
        process = begin();
        await();
        return (System.nanoTime() - begin) / 1e6;
    }

    /// Ends it as the machine's owner would.
    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            kill();
        }
    }

    /// Ends it as a lack of memory would.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    double residentMib() throws IOException {
        return Programs.residentMib(process);
    }

    /// Returns how much memory it occupies besides pages of files, in MiB.
    double ownMib() throws IOException {
        return Programs.residentMib(process) - Programs.mappedMib(process);
    }

    @Override
    public void close() {
        process.destroy();
        var _ = process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }
}
