// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.platform.RequestFacts;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class RemoteExecutionTest {
    private static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(10));

    @Test
    void withdrawnExecutionStillBringsWhatItBeganToBring() throws Exception {
        var brings = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var brought = new CompletableFuture<Boolean>();
        var channel = InProcessChannelBuilder.forName("nobody").build();
        var connection = new Connection(channel, "", ONCE);
        var facts = RequestFacts.of("project", "ann");
        var request = new ExecutionRequest(Digest.of(new byte[0]), false, facts, List.of());
        RemoteExecution.Preparation bring = _ -> {
            brings.countDown();
            try {
                go.await();
                brought.complete(true);
            } catch (InterruptedException _) {
                brought.complete(false);
            }
            return true;
        };
        var execution = new RemoteExecution(
                () -> new Conversation(connection, request, ExecutionObserver.NONE),
                bring,
                new OutputReader(new MemoryBlobStore()),
                ExecutionObserver.NONE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            execution.start(threads);
            brings.await();

            execution.withdraw("somebody");

            assertThat(execution.await()).isEqualTo(new Outcome.Cancelled("somebody"));
            go.countDown();
            assertThat(brought.get()).isTrue();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void whatTheServerRemembersNeedsNoInputs() throws Exception {
        var channel = InProcessChannelBuilder.forName("nobody").build();
        var connection = new Connection(channel, "", ONCE);
        var request = new ExecutionRequest(Digest.of(new byte[0]), false, RequestFacts.of("project", "ann"), List.of());
        var result = ActionResult.newBuilder().setExitCode(3).build();
        var nothing = new RemoteExecution.Preparation() {
            @Override
            public Optional<ActionResult> known() {
                return Optional.of(result);
            }

            @Override
            public boolean bring(boolean again) {
                throw new AssertionError("Nothing is to be brought");
            }
        };
        var execution = new RemoteExecution(
                () -> new Conversation(connection, request, ExecutionObserver.NONE),
                nothing,
                new OutputReader(new MemoryBlobStore()),
                ExecutionObserver.NONE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            execution.start(threads);

            assertThat(execution.await()).isEqualTo(new Outcome.Completed(result, true, List.of()));
        } finally {
            channel.shutdownNow();
        }
    }
}
