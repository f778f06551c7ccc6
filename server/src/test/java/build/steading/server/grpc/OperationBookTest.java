// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import build.steading.platform.RequestFacts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationBookTest {
    private static final ExecutionRequest REQUEST =
            new ExecutionRequest(Digest.EMPTY, false, RequestFacts.NONE, List.of());

    private final FakeExecutor executor = new FakeExecutor();

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

    private OperationBook book(int maxRunning, long maxEndedBytes) {
        var limits = new OperationLimits(
                maxRunning, maxEndedBytes, Duration.ofMinutes(10), Duration.ofMinutes(1), Duration.ofSeconds(30));
        return new OperationBook(executor, limits, new ManualClock());
    }
}
