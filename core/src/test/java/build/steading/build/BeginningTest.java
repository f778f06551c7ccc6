// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.source.Revision;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/// What happens to a task just as it begins: the executor tells of it before it has said what it is.
class BeginningTest {
    private final TalkingExecutor talker = new TalkingExecutor(new MemoryBlobStore());
    private final LiveBuild build = build(Priority.BULK);

    private static LiveBuild build(Priority priority) {
        var revision = new Revision("c".repeat(40), "t".repeat(40), "main", false, Instant.EPOCH, "Subject");
        var spec = BuildSpec.of("project", new SourceRef("/repository", "", "", revision), Digest.EMPTY);
        var record = BuildRecord.fresh(new BuildId(1), spec, Instant.EPOCH);
        return new LiveBuild(record, List.of(request(1, priority)));
    }

    private static RequestRecord request(long id, Priority priority) {
        return new RequestRecord(
                id,
                new BuildId(1),
                "ann",
                Optional.empty(),
                "main",
                false,
                Instant.EPOCH,
                priority,
                Optional.empty(),
                RequestRecord.State.OPEN,
                "",
                "");
    }

    private ExecutionRequest wish() {
        return new ExecutionRequest(Digest.EMPTY, false, build.facts(Map.of()), List.of());
    }

    @Test
    void followerWhoComesBeforeTheExecutorHasReturnedIsToldAll() throws Exception {
        var text = new BuildDeskContract.Text();
        var follower = new FutureTask<>(() -> build.follow("t", text));
        var execution = new RaisableExecution(
                (request, observer) -> {
                    var begun = talker.execute(request, observer);
                    print("one ");
                    startAndAwaitItsWait(follower);
                    return begun;
                },
                wish(),
                ExecutionObserver.NONE);

        build.begin("t", execution);

        assertThat(follower.get()).isTrue();
        assertThat(text.now()).isEqualTo("one ");
    }

    private void print(String text) {
        try {
            talker.next().runs().prints(text);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Starts a thread that has to wait for the beginning; one that does not wait ends.
    private static void startAndAwaitItsWait(Runnable task) {
        var thread = Thread.ofPlatform().start(task);
        while (thread.isAlive() && thread.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
    }

    @Test
    void requestThatJoinsAsATaskBeginsMakesItMoreUrgent() {
        var asked = new ArrayList<Integer>();
        var execution = new RaisableExecution(
                (request, observer) -> {
                    asked.add(request.facts().priority());
                    return talker.execute(request, observer);
                },
                wish(),
                ExecutionObserver.NONE);
        assertThat(build.expectRequest()).isTrue();
        build.join(Optional.of(request(2, Priority.GATE)));

        build.begin("t", execution);

        assertThat(asked).containsExactly(Priority.GATE.steps());
    }

    @Test
    void taskThatTheExecutorRefusedIsFollowedByNobody() {
        var execution = new RaisableExecution(
                (_, _) -> {
                    throw new IllegalStateException("refused");
                },
                wish(),
                ExecutionObserver.NONE);

        assertThatThrownBy(() -> build.begin("t", execution)).hasMessage("refused");

        assertThat(build.follow("t", ExecutionObserver.NONE)).isFalse();
        assertThat(execution.why()).isEmpty();
    }
}
