// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

class SharedSendingTest {
    private static final Digest A = Digest.of("a".getBytes(UTF_8));
    private static final Digest B = Digest.of("b".getBytes(UTF_8));

    private final List<Set<Digest>> sent = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Set<Digest>> begun = new LinkedBlockingQueue<>();
    private final Semaphore arrivals = new Semaphore(0);
    private volatile boolean failing;
    private final SharedSending sending = new SharedSending(digests -> {
        begun.add(digests);
        arrivals.acquireUninterruptibly();
        if (failing) {
            failing = false;
            throw SteadingException.unavailable("The network is away", new IllegalStateException());
        }
        sent.add(digests);
    });

    private Thread sender(Digest... digests) {
        return Thread.ofVirtual().start(() -> sending.send(Set.of(digests)));
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatIsBeingSentIsWaitedForAndNotSentAgain() throws Exception {
        var first = sender(A);
        assertThat(begun.take()).containsExactly(A);
        var second = sender(A, B);
        assertThat(begun.take()).containsExactly(B);

        arrivals.release(2);

        first.join();
        second.join();
        assertThat(sent).containsExactlyInAnyOrder(Set.of(A), Set.of(B));
    }

    @Test
    void nobodyReturnsBeforeWhatHeNeedsHasArrived() throws Exception {
        var first = sender(A);
        var _ = begun.take();
        var second = sender(A);
        awaitWaiting(second);

        assertThat(sent).isEmpty();
        arrivals.release();

        second.join();
        assertThat(sent).containsExactly(Set.of(A));
        first.join();
    }

    @Test
    void whatAnotherFailsToSendIsSentByWhoeverWaitedForIt() throws Exception {
        failing = true;
        var first = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> sending.send(Set.of(A))).isInstanceOf(SteadingException.class));
        var _ = begun.take();
        var second = sender(A);
        awaitWaiting(second);

        arrivals.release(2);

        first.join();
        second.join();
        assertThat(sent).containsExactly(Set.of(A));
    }

    @Test
    void whatHasArrivedMayBeSentAgain() {
        arrivals.release(2);

        sending.send(Set.of(A));
        sending.send(Set.of(A));

        assertThat(sent).hasSize(2);
    }
}
