// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoTest {
    private final Memo<String, Integer> memo = new Memo<>(2);
    private final AtomicInteger made = new AtomicInteger();

    @Test
    void makesOnce() throws Exception {
        assertThat(get("a")).isEqualTo(1);
        assertThat(get("a")).isEqualTo(1);
    }

    @Test
    void forgetsWhatWasNotUsedForLongest() throws Exception {
        get("a");
        get("b");
        get("a");
        get("c");
        assertThat(get("a")).isEqualTo(1);
        assertThat(get("b")).isEqualTo(4);
    }

    @Test
    void makesAnewWhatIsNotGoodAnyMore() throws Exception {
        get("a");
        assertThat(memo.get("a", _ -> false, made::incrementAndGet)).isEqualTo(2);
        assertThat(get("a")).isEqualTo(2);
    }

    @Test
    void doesNotRememberFailures() throws Exception {
        assertThatThrownBy(() -> memo.get("a", _ -> true, () -> {
                    throw new NotUsableException("No");
                }))
                .isInstanceOf(NotUsableException.class)
                .hasMessage("No");
        assertThat(get("a")).isEqualTo(1);
    }

    @Test
    void makesOnceForAllWhoAskMeanwhile() throws Exception {
        var making = new CountDownLatch(1);
        var asked = new CompletableFuture<Boolean>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = threads.submit(() -> memo.get("a", _ -> true, () -> {
                making.countDown();
                asked.join();
                return made.incrementAndGet();
            }));
            making.await();
            var second = threads.submit(() -> get("a"));
            asked.complete(true);
            assertThat(first.get()).isEqualTo(1);
            assertThat(second.get()).isEqualTo(1);
        }
    }

    private int get(String key) throws NotUsableException {
        return memo.get(key, _ -> true, made::incrementAndGet);
    }
}
