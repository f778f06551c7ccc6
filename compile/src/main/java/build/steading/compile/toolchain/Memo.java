// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;

/// Remembers what was made, up to a number of values, least recently used first to go. Who asks for what is being
/// made waits for it. Failures are not remembered. Thread-safe: nothing is made while the lock is held.
final class Memo<K, V> {
    private final int most;

    @GuardedBy("this")
    private final LinkedHashMap<K, FutureTask<V>> made = new LinkedHashMap<>(16, 0.75f, true);

    Memo(int most) {
        this.most = most;
    }

    /// Makes a value.
    @FunctionalInterface
    interface Maker<V> {
        V make() throws NotUsableException;
    }

    /// Returns what is remembered, or else makes it.
    ///
    /// @param isGood whether what is remembered may still be used
    V get(K key, Predicate<V> isGood, Maker<V> maker) throws NotUsableException {
        var task = task(key, maker);
        var wasMade = task.isDone();
        var value = await(key, task);
        if (!wasMade || isGood.test(value)) {
            return value;
        }
        forget(key, task);
        return await(key, task(key, maker));
    }

    private V await(K key, FutureTask<V> task) throws NotUsableException {
        task.run();
        try {
            return task.get();
        } catch (ExecutionException e) {
            forget(key, task);
            throw failure(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NotUsableException("Nobody waited until the compiler was known");
        }
    }

    private synchronized void forget(K key, FutureTask<V> task) {
        made.remove(key, task);
    }

    private synchronized FutureTask<V> task(K key, Maker<V> maker) {
        var task = made.computeIfAbsent(key, _ -> new FutureTask<>(maker::make));
        if (made.size() > most) {
            made.pollFirstEntry();
        }
        return task;
    }

    /// The failure of another thread, with the stack of this one.
    private static NotUsableException failure(ExecutionException failed) {
        return switch (failed.getCause()) {
            case NotUsableException known -> new NotUsableException(known);
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            case null, default -> throw new IllegalStateException(failed);
        };
    }
}
