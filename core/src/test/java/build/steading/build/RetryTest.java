// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.Blobs;
import build.steading.build.Attempts.Next;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.project.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What commands themselves can bring about by how they end.
class RetryTest extends BuildsFixture {
    private static final String LATER = "project: p\ntasks: {t: {run: [exit 75], retry: on}}\n";

    private static Outcome exit(int status) {
        return new Outcome.Completed(
                ActionResult.newBuilder().setExitCode(status).build(), false, List.of());
    }

    private static Outcome outOfMemory(long limit) {
        return new Outcome.OutOfMemory(
                limit, ActionResult.newBuilder().setExitCode(137).build());
    }

    private static TaskRecord first(BuildRecord build) {
        return build.tasks().getFirst();
    }

    @Test
    void commandThatAsksForItIsTriedFourTimes() throws Exception {
        var build = build(spec(LATER));

        assertThat(executor.ran).hasSize(4);
        assertThat(build.state()).isEqualTo(BuildState.FAILED);
        assertThat(first(build).how().exitCode()).isEqualTo(75);
        assertThat(first(build).how().note()).isEqualTo("Its command exited with 75, at attempt 4 of 4");
    }

    @Test
    void laterAttemptMaySucceed() throws Exception {
        executor.next("nothing", _ -> exit(75));

        var build = build(spec(LATER.replace("exit 75", "nothing")));

        assertThat(executor.ran).hasSize(2);
        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
    }

    @Test
    void pausesGrowAndTheLastOneStays() {
        var pauses = List.of(Duration.ofMinutes(1), Duration.ofMinutes(5));
        var attempts = new Attempts(Retry.STANDARD, pauses);

        assertThat(attempts.after(exit(75))).isEqualTo(new Next.Later(pauses.getFirst(), 2, 4));
        assertThat(attempts.after(exit(75))).isEqualTo(new Next.Later(pauses.getLast(), 3, 4));
        assertThat(attempts.after(exit(75))).isEqualTo(new Next.Later(pauses.getLast(), 4, 4));
        assertThat(attempts.after(exit(75))).isEqualTo(new Next.End());
    }

    @Test
    void taskMayHaveFurtherExitStatusesAndFewerAttempts() {
        var attempts = new Attempts(new Retry(new TreeSet<>(Set.of(3, 75)), 1), List.of());

        assertThat(attempts.after(exit(3))).isEqualTo(new Next.Later(Duration.ZERO, 2, 2));
        assertThat(attempts.after(exit(75))).isEqualTo(new Next.End());
        assertThat(new Attempts(Retry.STANDARD, List.of()).after(exit(3))).isEqualTo(new Next.End());
    }

    @Test
    void nothingIsTriedAgainForWhoeverSaysSo() throws Exception {
        build(spec(LATER.replace("retry: on", "retry: off")));

        assertThat(executor.ran).hasSize(1);
        assertThat(new Attempts(Retry.OFF, List.of()).after(outOfMemory(1 << 20)))
                .isEqualTo(new Next.End());
    }

    @Test
    void commandsThatJustFailAreNotTriedAgain() throws Exception {
        build(spec(LATER.replace("exit 75", "exit 1")));

        assertThat(executor.ran).hasSize(1);
    }

    @Test
    void pauseIsShownWithItsReasonAndEndsWhenTheBuildIsCancelled() throws Exception {
        builds.close();
        pauses = List.of(Duration.ofHours(1));
        builds = open(8);
        var paused = new CountDownLatch(1);
        executor.next("nothing", _ -> exit(75));
        var request = builds.submit(spec(LATER.replace("exit 75", "nothing")), order());
        builds.observe(request.build(), new Silent() {
            @Override
            public void build(BuildRecord now) {
                now.tasks().forEach(this::task);
            }

            @Override
            public void task(TaskRecord task) {
                if (task.state() == TaskState.QUEUED && task.how().note().contains("exit status 75")) {
                    assertThat(task.how().note())
                            .matches("Its command asked to be tried again later \\(exit status 75\\):"
                                    + " attempt 2 of 4 begins at \\d\\d:\\d\\d:\\d\\d UTC");
                    paused.countDown();
                }
            }

            @Override
            public void ended(BuildRecord build) {}
        });
        assertThat(paused.await(20, TimeUnit.SECONDS)).isTrue();

        builds.withdraw(request.build(), List.of(), "ann");

        assertThat(await(request.build()).state()).isEqualTo(BuildState.CANCELLED);
        assertThat(executor.ran).hasSize(1);
    }

    @Test
    void commandWithNothingToDoIsSkippedAndTheBuildSucceeds() throws Exception {
        var build = build(spec(CHAIN.replace("write a one", "exit 183")));

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(states(build)).containsExactlyInAnyOrder("first SKIPPED", "second SKIPPED", "apart SUCCEEDED");
        assertThat(first(build).how().note()).isEqualTo("It had nothing to do (exit status 183)");
        assertThat(build.tasks())
                .filteredOn(task -> task.name().equals("second"))
                .singleElement()
                .satisfies(task -> assertThat(task.how().note()).isEqualTo("`first` had nothing to do"));
        assertThat(out.resolve("main/c")).hasContent("three");
    }

    @Test
    void tasksThatLackNothingRunAfterOneThatHadNothingToDo() throws Exception {
        var build = build(
                spec("project: p\ntasks: {s: {run: [exit 183]}, t: {needs: [s], run: [write a one], outputs: [a]}}\n"
                        .replace("[write a one]", "[\"write a one\"]")));

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(states(build)).containsExactly("s SKIPPED", "t SUCCEEDED");
    }

    private long memoryOf(ExecutionRequest request) throws Exception {
        return Action.parseFrom(Blobs.read(blobs, request.action())).getPlatform().getPropertiesList().stream()
                .filter(property -> property.getName().equals("steading.memory-bytes"))
                .mapToLong(property -> Long.parseLong(property.getValue()))
                .findFirst()
                .orElse(0);
    }

    @Test
    void commandThatRanOutOfMemoryGetsTwiceAsMuchOnce() throws Exception {
        executor.next("nothing", _ -> outOfMemory(1 << 30));

        var build = build(spec("project: p\ntasks: {t: {run: [nothing], memory: 1GiB}}\n"));

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(memoryOf(executor.requests.getFirst())).isEqualTo(1L << 30);
        assertThat(memoryOf(executor.requests.getLast())).isEqualTo(2L << 30);
    }

    @Test
    void commandThatNeedsEvenMoreFailsAndSaysSo() throws Exception {
        executor.next("nothing", _ -> {
            executor.next("nothing", _ -> outOfMemory(2L << 30));
            return outOfMemory(1L << 30);
        });

        var build = build(spec("project: p\ntasks: {t: {run: [nothing], memory: 1GiB}}\n"));

        assertThat(build.state()).isEqualTo(BuildState.FAILED);
        assertThat(executor.ran).hasSize(2);
        assertThat(first(build).how().note())
                .isEqualTo("It used more than the 2.0 GiB of memory that it may, which was twice what it had before:"
                        + " `memory:` says what it needs");
    }
}
