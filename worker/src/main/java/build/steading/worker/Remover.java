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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Tidies up in the background, so that no action waits for it; but whoever hands in more directories than can be
/// deleted waits. Thread-safe.
final class Remover implements CopiedInputs.Tidier, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Remover.class.getName());
    private static final int WAITING = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// Nothing is done that comes after an empty one.
    private final BlockingQueue<Optional<Path>> waiting = new ArrayBlockingQueue<>(WAITING);

    private final ExecutorService soon = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread = Thread.ofVirtual().name("worker-remover").start(this::removeAll);

    @Override
    public void accept(Path directory) {
        enqueue(Optional.of(directory));
    }

    @Override
    public void execute(Runnable work) {
        try {
            soon.execute(work);
        } catch (RejectedExecutionException _) {
            // The worker is closed: the next start finds what is left.
        }
    }

    private void enqueue(Optional<Path> next) {
        try {
            waiting.put(next);
        } catch (InterruptedException _) {
            // The next start finds it.
            Thread.currentThread().interrupt();
        }
    }

    private void removeAll() {
        try {
            for (var next = waiting.take(); next.isPresent(); next = waiting.take()) {
                remove(next.get());
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

    /// Does what was handed in, for a few seconds at most.
    @Override
    public void close() {
        soon.shutdown();
        try {
            if (!soon.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                soon.shutdownNow();
            }
            enqueue(Optional.empty());
            if (!thread.join(PATIENCE)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            soon.shutdownNow();
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
