// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/// How a process that lasts takes the place of one that came with a command. That one gives way as it would to a
/// launcher of another build, and what it has not finished goes on in its successor.
final class Takeover {
    private static final System.Logger LOG = System.getLogger(Takeover.class.getName());
    private static final String BUILD_ID = "lasting";
    private static final Duration PAUSE = Duration.ofMillis(20);

    private Takeover() {}

    /// Returns the lock of the home. Meanwhile no launcher starts a process, for instance the one whose command
    /// is being interrupted: they wait for the socket.
    ///
    /// @throws SteadingException with `Unavailable` if the place does not become free within `patience`
    static ProcessLock of(Home home, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (var starting =
                FileChannel.open(home.startingLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (starting.tryLock() == null) {
                pause(home, deadline);
            }
            while (true) {
                var lock = ProcessLock.take(home, patience);
                if (lock.isPresent()) {
                    return lock.get();
                }
                ask(home);
                pause(home, deadline);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot lock `%s`: %s".formatted(home.startingLock(), e), e);
        }
    }

    private static void pause(Home home, long deadline) throws InterruptedException {
        if (System.nanoTime() > deadline) {
            throw new SteadingException(new Failure.Unavailable(
                    "The process that serves `%s` does not give way".formatted(home.directory())));
        }
        Thread.sleep(PAUSE);
    }

    private static void ask(Home home) {
        var hello = new Hello(BUILD_ID, "/", List.of("status"), List.of(), false, false, false, 0, 0, 0);
        try (var channel = UnixSockets.connect(home.socket())) {
            var bytes = hello.encoded().encoded();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The process has just ended", e);
        }
    }
}
