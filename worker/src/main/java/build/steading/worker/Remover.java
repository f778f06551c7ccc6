// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.worker.input.CopiedInputs;
import build.steading.worker.sandbox.Trees;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// Deletes directories in the background, so that no action waits for it; but whoever hands in more than can be
/// deleted waits. Thread-safe.
final class Remover implements CopiedInputs.Tidier, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Remover.class.getName());
    private static final int WAITING = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// Nothing is done that comes after an empty one.
    private final BlockingQueue<Optional<Runnable>> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Thread thread = Thread.ofVirtual().name("worker-remover").start(this::removeAll);

    @Override
    public void accept(Path directory) {
        execute(() -> remove(directory));
    }

    /// Does something else that nobody waits for, in its turn.
    @Override
    public void execute(Runnable work) {
        enqueue(Optional.of(work));
    }

    private void enqueue(Optional<Runnable> work) {
        try {
            waiting.put(work);
        } catch (InterruptedException _) {
            // The next start finds it.
            Thread.currentThread().interrupt();
        }
    }

    private void removeAll() {
        try {
            for (var next = waiting.take(); next.isPresent(); next = waiting.take()) {
                run(next.get());
            }
        } catch (InterruptedException _) {
            // close() ran out of patience. The next start finds what is left.
        }
    }

    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "Could not tidy up", e);
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
        enqueue(Optional.empty());
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
