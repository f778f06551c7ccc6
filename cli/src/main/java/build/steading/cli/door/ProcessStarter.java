// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Finds the background process of a home, and starts it if there is none: what `process.c` does, for the
/// launcher in Java. Both take the same locks.
final class ProcessStarter {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final int TAIL_LINES = 20;

    /// Ends with the child in a session of its own, or at least out of the terminal's foreground, with nothing
    /// open.
    private static final String DETACH = """
        cd / && umask 077 && exec </dev/null >"$1" 2>&1 && shift
        if command -v setsid >/dev/null; then exec setsid "$@"; fi
        set -m; "$@" & wait $!\
        """;

    private static final List<String> KEPT =
            List.of("HOME", "PATH", "USER", "LOGNAME", "SHELL", "TMPDIR", "TZ", "STEADING_SANDBOX");

    private final Home home;
    private final Distribution distribution;

    ProcessStarter(Home home, Distribution distribution) {
        this.home = home;
        this.distribution = distribution;
    }

    /// Returns a connection to the process, if it runs.
    Optional<SocketChannel> find() {
        try {
            return Optional.of(UnixSockets.connect(home.socket()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /// Returns a connection to the process, which is started unless it runs.
    ///
    /// @throws IOException if it cannot start or does not answer, saying why
    SocketChannel connect() throws IOException, InterruptedException {
        var running = find();
        if (running.isPresent()) {
            return running.get();
        }
        home.create();
        try (var starting =
                FileChannel.open(home.startingLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            return start(starting);
        }
    }

    /// Starts the process without waiting for it, unless another launcher does so.
    ///
    /// @return what keeps other launchers from starting one as well, until it is closed
    FileChannel startMeanwhile() throws IOException {
        home.create();
        var starting = FileChannel.open(home.startingLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (starting.tryLock() != null && find().isEmpty()) {
            spawn();
        }
        return starting;
    }

    private SocketChannel start(FileChannel starting) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        Optional<FileLock> lock = Optional.empty();
        Optional<Process> child = Optional.empty();
        while (System.nanoTime() < deadline) {
            if (lock.isEmpty()) {
                lock = Optional.ofNullable(starting.tryLock());
            }
            var running = find();
            if (running.isPresent()) {
                return running.get();
            }
            if (child.isPresent() && !child.get().isAlive()) {
                if (child.get().exitValue() != 0) {
                    throw new IOException("The background process could not start (see `%s`)%n%s"
                            .formatted(home.consoleFile(), tail()));
                }
                child = Optional.empty();
            }
            if (lock.isPresent() && child.isEmpty()) {
                child = Optional.of(spawn());
            }
            Thread.sleep(PAUSE);
        }
        throw new IOException("The background process did not answer within %d s (see `%s`)"
                .formatted(LIMIT.toSeconds(), home.log()));
    }

    private Process spawn() throws IOException {
        var command = new ArrayList<>(
                List.of("/bin/sh", "-c", DETACH, "steading", home.consoleFile().toString()));
        command.addAll(distribution.processCommand(home));
        var builder = new ProcessBuilder(command);
        keepUsersOwn(builder.environment().keySet());
        builder.environment().put("STEADING_HOME", home.directory().toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder.start();
    }

    private static void keepUsersOwn(Collection<String> names) {
        names.removeIf(name -> !KEPT.contains(name) && !name.startsWith("XDG_"));
    }

    private String tail() throws IOException {
        var lines = Files.readAllLines(home.consoleFile());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
