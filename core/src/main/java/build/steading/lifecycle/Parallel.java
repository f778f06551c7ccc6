// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Does the same with each of many things, a few at a time.
public final class Parallel {
    private Parallel() {}

    /// What is done with one thing.
    @FunctionalInterface
    public interface Step<T> {
        void take(T each) throws IOException;
    }

    /// Returns when all is done, or nothing is being done any more and something has failed: what has not begun
    /// by then is left alone. Steps run on the caller's thread and on virtual ones, in no order.
    ///
    /// @param threads how many at a time; with 1, all runs on the caller's thread, in order
    /// @throws IOException of a step; its runtime exceptions and errors are thrown on likewise
    public static <T> void forEach(List<T> all, int threads, Step<? super T> step) throws IOException {
        var next = new AtomicInteger();
        var helpers = new ArrayList<Future<?>>();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 1; i < Math.min(threads, all.size()); i++) {
                helpers.add(executor.submit(() -> {
                    takeAll(all, next, step);
                    return null;
                }));
            }
            takeAll(all, next, step);
        }
        for (var helper : helpers) {
            join(helper);
        }
    }

    private static <T> void takeAll(List<T> all, AtomicInteger next, Step<? super T> step) throws IOException {
        var done = false;
        try {
            for (var i = next.getAndIncrement(); i < all.size(); i = next.getAndIncrement()) {
                step.take(all.get(i));
            }
            done = true;
        } finally {
            if (!done) {
                next.set(all.size());
            }
        }
    }

    private static void join(Future<?> helper) throws IOException {
        try {
            helper.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                case null, default -> throw new IOException(e.getCause());
            }
        }
    }
}
