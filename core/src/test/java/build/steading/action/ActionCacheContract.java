// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [ActionCache] owes.
public abstract class ActionCacheContract {
    private static final Digest ACTION = Digest.of("action".getBytes(UTF_8));
    private static final Digest OTHER = Digest.of("other".getBytes(UTF_8));

    private ActionCache cache;

    /// Returns a new cache without results, with room for ten.
    protected abstract ActionCache newCache() throws Exception;

    @BeforeEach
    void openCache() throws Exception {
        cache = newCache();
    }

    /// Returns a result that names no blobs.
    protected static ActionResult result(String output) {
        return ActionResult.newBuilder()
                .setStdoutRaw(ByteString.copyFromUtf8(output))
                .build();
    }

    @Test
    void unknownActionHasNoResult() {
        assertThat(cache.find(ACTION)).isEmpty();
    }

    @Test
    void storedResultIsFound() {
        cache.put(ACTION, result("done"));

        assertThat(cache.find(ACTION)).contains(result("done"));
        assertThat(cache.find(OTHER)).isEmpty();
    }

    @Test
    void emptyResultIsFound() {
        cache.put(ACTION, ActionResult.getDefaultInstance());

        assertThat(cache.find(ACTION)).contains(ActionResult.getDefaultInstance());
    }

    @Test
    void laterResultTakesThePlaceOfTheEarlierOne() {
        cache.put(ACTION, result("first"));
        cache.put(ACTION, result("second"));

        assertThat(cache.find(ACTION)).contains(result("second"));
    }

    @Test
    void sameHashWithAnotherSizeIsAnotherAction() {
        cache.put(ACTION, result("done"));

        assertThat(cache.find(new Digest(ACTION.hash(), ACTION.sizeBytes() + 1)))
                .isEmpty();
    }

    @Test
    void sameHashByAnotherFunctionIsAnotherAction() {
        var other = new Digest(HashFunction.BLAKE3, ACTION.hash(), ACTION.sizeBytes());
        cache.put(ACTION, result("done"));

        assertThat(cache.find(other)).isEmpty();
        cache.put(other, result("other"));
        assertThat(cache.find(other)).contains(result("other"));
        assertThat(cache.find(ACTION)).contains(result("done"));
    }

    @Test
    void oneOfTheResultsStoredAtOnceRemains() throws Exception {
        var threads = 8;
        var barrier = new CyclicBarrier(threads);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var puts = new HashSet<Future<Void>>();
            for (var i = 0; i < threads; i++) {
                var result = result("thread " + i);
                Callable<Void> put = () -> {
                    barrier.await();
                    cache.put(ACTION, result);
                    return null;
                };
                puts.add(executor.submit(put));
            }
            for (var done : puts) {
                done.get();
            }
        }

        assertThat(cache.find(ACTION).orElseThrow().getStdoutRaw().toStringUtf8())
                .startsWith("thread ");
    }
}
