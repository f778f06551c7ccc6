// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import build.steading.platform.RequestFacts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OperationBookTest {
    private static final ExecutionRequest REQUEST =
            new ExecutionRequest(Digest.EMPTY, false, RequestFacts.NONE, List.of());

    private static final Duration KEEP = Duration.ofMinutes(10);
    private static final Identity BUILDER = new Identity("ann", Role.BUILDER);

    private final FakeExecutor executor = new FakeExecutor();
    private final ManualClock clock = new ManualClock();

    @Test
    void tooManyRunningOperationsAreRefused() throws Exception {
        try (var book = book(3, 1 << 20)) {
            var first = book.start(REQUEST);
            book.start(REQUEST);

            assertThatThrownBy(() -> book.start(REQUEST))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.Overloaded.class));
            executor.next().end(FakeExecutor.completed(0));
            first.awaitEnd(Duration.ofSeconds(10));
            assertThat(book.start(REQUEST)).isNotNull();
        }
    }

    @Test
    void oldResultsGoFirstWhenTheyTakeTooMuchRoom() throws Exception {
        try (var book = book(100, 1_000)) {
            for (var i = 0; i < 50; i++) {
                var operation = book.start(REQUEST);
                executor.next().end(FakeExecutor.completed(0));
                operation.awaitEnd(Duration.ofSeconds(10));
            }
            var newest = book.start(REQUEST);

            assertThat(book.after(0, 1_000)).hasSizeBetween(2, 10).contains(newest);
        }
    }

    @Test
    void operationGoesOnAfterARestart() throws Exception {
        var name = nameOfEarlierServer();
        try (var book = book(100, 1 << 20)) {
            var operation = book.find(name, BUILDER, "tenant");

            var stake = executor.next();
            assertThat(stake.request)
                    .isEqualTo(
                            new ExecutionRequest(REQUEST.action(), false, RequestFacts.of("tenant", "ann"), List.of()));
            assertThat(operation.name()).isEqualTo(name);
            stake.end(FakeExecutor.completed(0));
            operation.awaitEnd(Duration.ofSeconds(10));
            assertThat(operation.state().ended()).isTrue();
        }
    }

    @Test
    void operationThatGoesOnIsAskedForOnce() throws Exception {
        var name = nameOfEarlierServer();
        try (var book = book(100, 1 << 20)) {
            var operation = book.find(name, BUILDER, "tenant");

            assertThat(book.find(name, BUILDER, "other")).isSameAs(operation);
            assertThat(executor.asked()).isEqualTo(2);
        }
    }

    @Test
    void whatThisServerHasForgottenIsNotDoneAgain() {
        try (var book = book(100, 1 << 20)) {
            var name = OperationName.of(clock.instant(), REQUEST).toString();

            assertUnknown(book, name, BUILDER);
        }
    }

    @Test
    void earlierOperationsAreKnownForAWhileOnly() throws Exception {
        var name = nameOfEarlierServer();
        try (var book = book(100, 1 << 20)) {
            clock.advance(KEEP);

            assertUnknown(book, name, BUILDER);
        }
    }

    @Test
    void whoMayOnlyLookStartsNothing() throws Exception {
        var name = nameOfEarlierServer();
        try (var book = book(100, 1 << 20)) {
            assertUnknown(book, name, new Identity("eve", Role.VIEWER));
        }
    }

    /// All operations are looked at now and then, however many begin: the cost of each must not grow with
    /// theirs.
    @Test
    void beginningsDoNotMakeItLookAfterAll() throws Exception {
        var looks = new AtomicInteger();
        var begun = System.nanoTime();
        try (var book = new OperationBook(executor, limits(100, 1 << 20), () -> {
            looks.incrementAndGet();
            return clock.instant();
        })) {
            for (var i = 0; i < 50; i++) {
                book.start(REQUEST);
                Thread.sleep(2);
            }
            var own = 1 + 50;
            var seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();

            assertThat(looks.get()).isBetween(own, Math.toIntExact(own + 1 + seconds));
        }
    }

    private String nameOfEarlierServer() throws InterruptedException {
        try (var book = book(100, 1 << 20)) {
            var operation = book.start(REQUEST);
            executor.next();
            return operation.name();
        } finally {
            clock.advance(Duration.ofSeconds(1));
        }
    }

    private void assertUnknown(OperationBook book, String name, Identity caller) {
        var asked = executor.asked();
        assertThatThrownBy(() -> book.find(name, caller, "tenant"))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class));
        assertThat(executor.asked()).isEqualTo(asked);
    }

    private OperationBook book(int maxRunning, long maxEndedBytes) {
        return new OperationBook(executor, limits(maxRunning, maxEndedBytes), clock);
    }

    private static OperationLimits limits(int maxRunning, long maxEndedBytes) {
        return new OperationLimits(maxRunning, maxEndedBytes, KEEP, Duration.ofMinutes(1), Duration.ofSeconds(30));
    }
}
