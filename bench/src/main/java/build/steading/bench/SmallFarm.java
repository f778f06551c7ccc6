// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A farm of real processes on this machine: a server, workers, and a user who has joined it, and is whoever acts
/// on the stage from then on. Not thread-safe.
final class SmallFarm implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("st1-[a-z0-9-]+");
    private static final long START_SECONDS = 60;

    private final Stage stage;
    private final Path directory;
    private final Path home;
    private final String sandbox;
    private final int port;
    private final String address;
    private final CountingRelay way;
    private final String door;
    private final String status;
    private final Map<String, Process> workers = new LinkedHashMap<>();
    private Process server;

    /// Starts the server, which knows nobody so far, and has the user join it.
    ///
    /// @param name of a directory of its own
    /// @param sandbox what `STEADING_SANDBOX` is for the workers
    SmallFarm(Stage stage, String name, String sandbox) throws IOException, InterruptedException {
        this(stage, name, sandbox, Duration.ZERO);
    }

    /// @param distance how long what users, workers and server send to each other is under way
    SmallFarm(Stage stage, String name, String sandbox, Duration distance) throws IOException, InterruptedException {
        this.stage = stage;
        this.directory = Files.createDirectories(stage.directory().resolve("farm-" + name));
        this.home = directory.resolve("home");
        this.sandbox = sandbox;
        this.port = freePort();
        this.address = "127.0.0.1:" + port;
        this.status = "127.0.0.1:" + freePort();
        this.way = new CountingRelay(port, distance);
        this.door = distance.isZero() ? address : way.address();
        this.server = startServer();
        try {
            join();
        } catch (IOException | InterruptedException e) {
            end(server);
            way.close();
            throw e;
        }
    }

    private void join() throws IOException, InterruptedException {
        var tokens = TOKEN.matcher(await(output("server"), "As an admin"))
                .results()
                .map(MatchResult::group)
                .toList();
        stage.with("STEADING_HOME", home.toString());
        stage.steading(stage.directory(), "join", door, "--token", tokens.getLast(), "--name", "ann");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path output(String name) {
        return directory.resolve(name + ".out");
    }

    private Process startServer() throws IOException {
        return start("server", "server", "--listen", address, "--status", status);
    }

    /// Starts the server process again that was killed.
    void restartServer() throws IOException {
        server = startServer();
    }

    Process server() {
        return server;
    }

    Process worker(String name) {
        return Objects.requireNonNull(workers.get(name));
    }

    /// Returns where the server listens, on the loopback interface.
    int port() {
        return port;
    }

    /// Returns where the server's own user reaches it.
    Path socket() {
        return directory.resolve("server/run/reapi.sock");
    }

    /// Waits until the server can be reached.
    void awaitPort() throws InterruptedException {
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException _) {
                Thread.sleep(2);
            }
        }
    }

    /// Returns the user, by the API. The caller closes it.
    ///
    /// @param outbox a name that no other has
    FarmClient client(String outbox) {
        return new FarmClient(home, directory.resolve(outbox));
    }

    /// Starts a worker, and returns when it works.
    void startWorker(String name, int slots) throws IOException, InterruptedException {
        var printed = stage.steading(stage.directory(), "token", "create", "worker");
        var token = TOKEN.matcher(printed).results().findFirst().orElseThrow().group();
        var command = new ArrayList<>(List.of("worker", "--join", door, "--token", token, "--name", name));
        command.addAll(List.of("--slots", Integer.toString(slots)));
        workers.put(name, start(name, command.toArray(String[]::new)));
        await(output(name), "works for");
    }

    private Process start(String name, String... arguments) throws IOException {
        var command =
                new ArrayList<>(List.of(stage.distribution().resolve("steading").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .directory(Files.createDirectories(directory.resolve(name)).toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output(name).toFile()));
        builder.environment().put("STEADING_HOME", directory.resolve(name).toString());
        builder.environment().put("STEADING_SANDBOX", sandbox);
        var process = builder.start();
        process.getOutputStream().close();
        return process;
    }

    private static String await(Path file, String text) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < end) {
            var printed = Files.exists(file) ? Files.readString(file) : "";
            if (printed.contains(text)) {
                return printed;
            }
            Thread.sleep(10);
        }
        throw new IOException("`%s` does not say `%s`: %s".formatted(file, text, Files.readString(file)));
    }

    /// Kills a worker like a machine that loses power.
    void killWorker(String name) {
        end(Objects.requireNonNull(workers.remove(name)));
    }

    void killServer() {
        end(server);
    }

    @Override
    public void close() throws IOException {
        try {
            stage.stop();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        workers.values().forEach(SmallFarm::end);
        end(server);
        way.close();
    }

    private static void end(Process process) {
        process.destroyForcibly();
        process.onExit().join();
    }
}
