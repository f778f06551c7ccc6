// SPDX-License-Identifier: Apache-2.0
package build.steading.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
    private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void eachIsTakenOnce(int threads) throws IOException {
        var taken = new CopyOnWriteArrayList<Integer>();

        Parallel.forEach(HUNDRED, threads, taken::add);

        assertThat(taken).containsExactlyInAnyOrderElementsOf(HUNDRED);
    }

    @Test
    void oneThreadIsTheCallersAndKeepsTheOrder() throws IOException {
        var threads = new ArrayList<Thread>();
        var taken = new ArrayList<Integer>();

        Parallel.forEach(HUNDRED, 1, each -> {
            threads.add(Thread.currentThread());
            taken.add(each);
        });

        assertThat(taken).isEqualTo(HUNDRED);
        assertThat(threads).containsOnly(Thread.currentThread());
    }

    @Test
    void asManyAsWereAskedForRunAtATime() throws IOException {
        var all = new CyclicBarrier(3);

        Parallel.forEach(List.of(1, 2, 3), 3, _ -> {
            try {
                all.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void failuresAreThrownOnAndEndWhatHasNotBegun(int threads) {
        var taken = new CopyOnWriteArrayList<Integer>();

        assertThatThrownBy(() -> Parallel.forEach(HUNDRED, threads, each -> {
                    taken.add(each);
                    throw new IOException("disk");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");

        assertThat(taken).hasSizeBetween(1, threads);
        assertThatThrownBy(() -> Parallel.forEach(HUNDRED, threads, _ -> {
                    throw new IllegalStateException("bug");
                }))
                .isInstanceOf(IllegalStateException.class);
    }
}
