// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/// Lets one of many equal calls do the work, while the others wait for what comes of it. Thread-safe.
///
/// Somebody whose connection broke asks again while his first call is still at work: the records cannot tell yet
/// that they are one.
final class Repeats<T> {
    private final Map<String, FutureTask<T>> running = new ConcurrentHashMap<>();

    /// Returns what `work` returns, or what the call of the same key returns that is at work just now.
    T once(String key, Supplier<T> work) throws InterruptedException {
        var mine = new FutureTask<>(work::get);
        var first = running.putIfAbsent(key, mine);
        if (first != null) {
            return result(first);
        }
        try {
            mine.run();
            return result(mine);
        } finally {
            running.remove(key, mine);
        }
    }

    private static <T> T result(FutureTask<T> work) throws InterruptedException {
        try {
            return work.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e);
        }
    }
}
