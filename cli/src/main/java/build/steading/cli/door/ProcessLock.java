// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/// The lock that makes a background process the only one of its home. The kernel releases it when the process
/// dies.
final class ProcessLock implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ProcessLock.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final FileChannel channel;

    private ProcessLock(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes the lock, waiting for a process that is about to end; or nothing if a living one serves the home.
    ///
    /// @throws SteadingException with `Unavailable` if another process neither serves nor ends within `patience`
    static Optional<ProcessLock> take(Home home, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            var channel = FileChannel.open(home.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            while (!tryLock(channel)) {
                if (serves(home)) {
                    channel.close();
                    return Optional.empty();
                }
                if (System.nanoTime() > deadline) {
                    channel.close();
                    throw new SteadingException(new Failure.Unavailable(
                            "Another process holds `%s` but does not serve".formatted(home.lock())));
                }
                Thread.sleep(PAUSE);
            }
            return Optional.of(new ProcessLock(channel));
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot lock `%s`: %s".formatted(home.lock(), e), e);
        }
    }

    /// Takes the lock of the one process that is there for its own sake.
    ///
    /// @throws SteadingException with `Unavailable` if there is such a process
    static ProcessLock forGood(Home home) {
        try {
            var channel = FileChannel.open(home.lastingLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new SteadingException(
                        new Failure.Unavailable("A server runs in `%s` already; set `STEADING_HOME` to run another one"
                                .formatted(home.directory())));
            }
            return new ProcessLock(channel);
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot lock `%s`: %s".formatted(home.lastingLock(), e), e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    private static boolean serves(Home home) {
        try (var channel = UnixSockets.connect(home.socket())) {
            return channel.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Could not release the lock", e);
        }
    }
}
