// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.worker.sandbox.Trees;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/// Deletes directories in the background, so that no action waits for it; but whoever hands in more than can be
/// deleted waits. Thread-safe.
final class Remover implements Consumer<Path>, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Remover.class.getName());
    private static final int WAITING = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Path END = Path.of("");

    private final BlockingQueue<Path> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread = Thread.ofVirtual().name("worker-remover").start(this::removeAll);

    @Override
    public void accept(Path directory) {
        try {
            waiting.put(directory);
        } catch (InterruptedException _) {
            // The next start finds it.
            Thread.currentThread().interrupt();
        }
    }

    private void removeAll() {
        try {
            for (var next = waiting.take(); !next.equals(END); next = waiting.take()) {
                remove(next);
            }
        } catch (InterruptedException _) {
            // close() ran out of patience. The next start finds what is left.
        }
    }

    private static void remove(Path directory) {
        try {
            Trees.delete(directory);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "Could not delete `%s`".formatted(directory), e);
        }
    }

    /// Deletes what was handed in, for a few seconds at most.
    @Override
    public void close() {
        accept(END);
        try {
            if (!thread.join(PATIENCE)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
