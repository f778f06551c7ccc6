// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Waits for no longer than it may.
final class Waiting {
    private Waiting() {}

    /// Returns what `body` does, which is interrupted if it takes too long.
    static <T> T within(Duration patience, Callable<T> body) throws Exception {
        var result = new CompletableFuture<T>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                result.complete(body.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            thread.interrupt();
        }
    }

    /// Returns both results of a body that runs twice at the same time.
    static <T> Pair<T> twice(Callable<T> body) throws Exception {
        return within(Target.PATIENCE, () -> {
            var other = new CompletableFuture<T>();
            Thread.ofVirtual().start(() -> {
                try {
                    other.complete(body.call());
                } catch (Exception e) {
                    other.completeExceptionally(e);
                }
            });
            return new Pair<>(body.call(), other.get());
        });
    }

    record Pair<T>(T first, T second) {}
}
