// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Other programs that remember or distribute compiles, as far as they are installed. What they keep is below the
/// stage, and their processes end with this. Not thread-safe.
final class CcPeers implements AutoCloseable {
    private static final long START_SECONDS = 20;

    private final Stage stage;
    private final Path directory;
    private final List<Process> processes = new ArrayList<>();

    CcPeers(Stage stage) throws IOException {
        this.stage = stage;
        this.directory = Files.createDirectories(stage.directory().resolve("peers"));
    }

    /// Returns what to put before a compiler's name, by the name of each program that remembers objects.
    Map<String, List<String>> caches(Table table) throws IOException, InterruptedException {
        var found = new LinkedHashMap<String, List<String>>();
        if (installed("ccache", table)) {
            stage.with("CCACHE_DIR", directory.resolve("ccache").toString());
            found.put("ccache", List.of("ccache"));
        }
        if (installed("sccache", table)) {
            var port = freePort();
            stage.with("SCCACHE_DIR", directory.resolve("sccache").toString());
            stage.with("SCCACHE_SERVER_PORT", Integer.toString(port));
            var builder = builder("sccache");
            builder.environment().put("SCCACHE_START_SERVER", "1");
            builder.environment().put("SCCACHE_NO_DAEMON", "1");
            start(builder, port);
            found.put("sccache", List.of("sccache"));
        }
        return found;
    }

    /// Returns the same for programs that compile elsewhere, which is a process on this machine.
    Map<String, List<String>> remotes(Table table) throws IOException, InterruptedException {
        var found = new LinkedHashMap<String, List<String>>();
        if (installed("distccd", table)) {
            var port = freePort();
            var command = new ArrayList<>(List.of("setsid", "distccd", "--no-detach", "--daemon"));
            command.addAll(List.of("--listen", "127.0.0.1", "--port", Integer.toString(port), "--allow", "127.0.0.1"));
            command.addAll(List.of("--jobs", "4", "--enable-tcp-insecure", "--log-stderr", "--log-level", "error"));
            var daemon = builder(command.toArray(String[]::new));
            // It becomes another user, who may not write where we do.
            daemon.environment().remove("TMPDIR");
            start(daemon, port);
            stage.with(
                    "DISTCC_DIR",
                    Files.createDirectories(directory.resolve("distcc")).toString());
            stage.with("DISTCC_FALLBACK", "0");
            stage.with("DISTCC_HOSTS", "127.0.0.1:%d,lzo".formatted(port));
            found.put("distcc", List.of("distcc"));
        }
        return found;
    }

    private static boolean installed(String program, Table table) {
        for (var place : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        table.note("`%s` is not installed".formatted(program));
        return false;
    }

    private ProcessBuilder builder(String... command) {
        return stage.builder(directory, List.of(command))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("processes.out").toFile());
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void start(ProcessBuilder builder, int port) throws IOException, InterruptedException {
        var process = builder.start();
        processes.add(process);
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < end && process.isAlive()) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (IOException _) {
                Thread.sleep(20);
            }
        }
        throw new IOException("%s does not listen".formatted(builder.command()));
    }

    @Override
    public void close() {
        for (var process : processes) {
            var children = process.descendants().toList();
            process.destroy();
            process.onExit().join();
            children.forEach(ProcessHandle::destroy);
        }
    }
}
