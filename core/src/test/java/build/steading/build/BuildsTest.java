// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.build.Builds.Order;
import build.steading.build.Notice.Channel;
import build.steading.digest.Digest;
import build.steading.execute.Outcome;
import build.steading.execute.WarmDirectory;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.project.Notify;
import build.steading.project.Notify.Event;
import build.steading.project.Notify.Target;
import build.steading.tree.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BuildsTest extends BuildsFixture {
    @Test
    void outputsOfNeedsAreInputsAndArtifactsArriveWhereTheyWereWanted() throws Exception {
        var build = build(spec(CHAIN));

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(Files.readString(out.resolve("main/b"))).isEqualTo("one");
        assertThat(Files.readString(out.resolve("main/c"))).isEqualTo("three");
        assertThat(out.resolve("main/a")).doesNotExist();
        assertThat(builds.requests(build.id()))
                .singleElement()
                .satisfies(request -> assertThat(request.state()).isEqualTo(RequestRecord.State.ANSWERED));
    }

    @Test
    void secondBuildOfTheSameRunsNothing() throws Exception {
        build(spec(CHAIN));
        executor.ran.clear();

        var again = build(spec(CHAIN));

        assertThat(executor.ran).isEmpty();
        assertThat(again.tasks())
                .allSatisfy(task -> assertThat(task.how().cached()).isTrue());
    }

    @Test
    void forcedBuildAsksForEveryTaskToRun() throws Exception {
        build(spec(CHAIN).forced());

        assertThat(executor.requests)
                .hasSize(3)
                .allSatisfy(request -> assertThat(request.skipCache()).isTrue());
    }

    @Test
    void onlyRequestedTasksAndTheirNeedsRun() throws Exception {
        var build = build(spec(CHAIN, List.of("second")));

        assertThat(states(build)).containsExactly("first SUCCEEDED", "second SUCCEEDED");
    }

    @Test
    void failureSkipsDependantsButNotTheRest() throws Exception {
        var build = build(spec(CHAIN.replace("write a one", "exit 3")));

        assertThat(build.state()).isEqualTo(BuildState.FAILED);
        assertThat(states(build)).containsExactlyInAnyOrder("first FAILED", "second SKIPPED", "apart SUCCEEDED");
        assertThat(build.tasks().getFirst().how().exitCode()).isEqualTo(3);
        assertThat(out.resolve("main")).doesNotExist();
    }

    @Test
    void outputThatWasNotMadeFailsTheTaskByName() throws Exception {
        var build = build(spec(CHAIN.replace("write a one", "nothing")));

        assertThat(build.state()).isEqualTo(BuildState.FAILED);
        assertThat(build.tasks().getFirst().how().note()).isEqualTo("It did not make its output `a`");
    }

    @Test
    void whoIsToldIsStoredWithTheEnd() throws Exception {
        var woken = new AtomicInteger();
        telling = new Telling() {
            @Override
            public List<Notice> notices(BuildRecord ended, List<RequestRecord> requests, List<Notify> wanted) {
                assertThat(wanted).containsExactly(new Notify(new Target.Email("p-main@x"), List.of(Event.FAILED)));
                return requests.stream()
                        .map(it -> new Notice(Channel.MAIL, it.email().orElseThrow(), Optional.of(it.id())))
                        .toList();
            }

            @Override
            public void stored() {
                assertThat(records.told()).hasSize(1);
                woken.incrementAndGet();
            }
        };
        builds.close();
        builds = open(8);
        var yaml =
                "project: p\ntasks: {t: {run: [exit 3]}}\nnotify: [{email: '${project}-${branch}@x', on: [failed]}]\n";
        var request = builds.submit(spec(yaml), mailed("ann@x"));
        var build = await(request.build());

        assertThat(woken).hasValue(1);
        assertThat(records.told()).singleElement().satisfies(told -> {
            assertThat(told.build()).isEqualTo(build);
            assertThat(told.notice()).isEqualTo(new Notice(Channel.MAIL, "ann@x", Optional.of(request.id())));
        });
    }

    @Test
    void buildEndsThoughNobodyCanBeTold() throws Exception {
        telling = new Telling() {
            @Override
            public List<Notice> notices(BuildRecord ended, List<RequestRecord> requests, List<Notify> wanted) {
                throw new IllegalStateException("Oops");
            }

            @Override
            public void stored() {}
        };
        builds.close();
        builds = open(8);

        assertThat(build(spec(CHAIN)).state()).isEqualTo(BuildState.SUCCEEDED);
    }

    private static Order mailed(String address) {
        return new Order("ann", Optional.of(address), Priority.INTERACTIVE, Optional.empty(), List.of(), "");
    }

    @Test
    void addressThatIsNoneIsRefusedAndLeavesNoRecord() {
        var order = mailed("ann@x\r\nBcc: eve@x");

        assertThatThrownBy(() -> builds.submit(spec(CHAIN), order)).hasMessageContaining("`ann@x??Bcc: eve@x`");
        assertThat(records.builds(new BuildRecords.Query.Recent(9, Optional.empty())))
                .isEmpty();
    }

    @Test
    void wrongDefinitionIsRefusedAndLeavesNoRecord() {
        assertThatThrownBy(() -> builds.submit(spec("project: x\ntasks: {t: {run: a, needs: [t]}}\n"), order()))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class));
        assertThat(records.builds(new BuildRecords.Query.Recent(9, Optional.empty())))
                .isEmpty();
    }

    @Test
    void treeWithoutDefinitionIsRefusedWithTheCure() {
        var spec = spec(CHAIN);
        var bare = BuildSpec.of("p", spec.source(), Trees.EMPTY);

        assertThatThrownBy(() -> builds.submit(bare, order())).hasMessageContainingAll("steading.yaml", "--run");
    }

    @Test
    void equalRequestsShareOneBuildAndEachIsAnswered() throws Exception {
        var spec = spec("project: p\ntasks: {t: {run: [hang]}}\n");
        var first = builds.submit(spec, order());
        awaitRunning("hang");
        var second = builds.submit(spec, new Order("bob", Optional.empty()));

        assertThat(second.build()).isEqualTo(first.build());
        assertThat(second.joined()).isTrue();
        assertThat(executor.ran).containsExactly("hang");

        assertThat(builds.withdraw(first.build(), List.of(first.id()), "ann")).isFalse();
        assertThat(builds.find(first.build()).orElseThrow().state()).isEqualTo(BuildState.RUNNING);
        assertThat(builds.withdraw(first.build(), List.of(second.id()), "bob")).isTrue();
        assertThat(await(first.build()).state()).isEqualTo(BuildState.CANCELLED);
    }

    @Test
    void cancelledBuildSaysByWhomAndRunsNothingMore() throws Exception {
        var request = builds.submit(
                spec("project: p\ntasks: {t: {run: [hang], outputs: [x]}, u: {needs: [t], run: [nothing]}}\n"),
                order());
        awaitRunning("hang");

        builds.withdraw(request.build(), List.of(), "ann");
        var build = await(request.build());

        assertThat(build.state()).isEqualTo(BuildState.CANCELLED);
        assertThat(build.note()).isEqualTo("Cancelled by ann");
        assertThat(states(build)).containsExactly("t CANCELLED", "u CANCELLED");
        assertThat(builds.requests(build.id()))
                .extracting(RequestRecord::state)
                .containsExactly(RequestRecord.State.WITHDRAWN);
    }

    @Test
    void buildsBeyondTheLimitQueueAndAreRefusedBeyondTheNext() throws Exception {
        builds.close();
        builds = open(1);
        for (var i = 0; i < 5; i++) {
            builds.submit(spec("project: p%d\ntasks: {t: {run: [hang]}}\n".formatted(i)), order());
        }
        awaitRunning("hang");

        assertThat(builds.underWay())
                .filteredOn(b -> b.state() == BuildState.QUEUED)
                .hasSize(4);
        assertThatThrownBy(() -> builds.submit(spec(CHAIN), order()))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Overloaded.class));
    }

    @Test
    void unfinishedBuildGoesOnInTheNextProcessUnderItsNumber() throws Exception {
        var yaml =
                "project: p\ntasks: {s: {run: [write a one], outputs: [a]}, t: {needs: [s], run: [hang], outputs: [b]}}\n"
                        .replace("[write a one]", "[\"write a one\"]");
        var request = builds.submit(spec(yaml), order());
        awaitRunning("hang");
        builds.close();
        assertThat(records.builds(new BuildRecords.Query.ById(request.build()))
                        .getFirst()
                        .state()
                        .isFinal())
                .isFalse();

        executor.ran.clear();
        executor.next("hang", _ -> new Outcome.TimedOut(Duration.ofSeconds(90), result(1)));
        builds = open(8);
        builds.recall().run();
        var build = await(request.build());

        assertThat(executor.ran).containsExactly("hang");
        assertThat(build.state()).isEqualTo(BuildState.TIMED_OUT);
        assertThat(build.tasks().getLast().how().note()).isEqualTo("Killed after its timeout of 1 min 30 s");
    }

    @Test
    void buildThatNobodyRunsAnyMoreHasNoEnd() throws Exception {
        var request = builds.submit(spec("project: p\ntasks: {t: {run: [hang]}}\n"), order());
        awaitRunning("hang");
        builds.close();

        assertThatThrownBy(() -> builds.observe(request.build(), new Heard()))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class));
    }

    @Test
    void unfinishedBuildIsKnownBeforeItGoesOn() throws Exception {
        var spec = spec("project: p\ntasks: {t: {run: [hang]}}\n");
        var request = builds.submit(spec, order());
        awaitRunning("hang");
        builds.close();
        executor.ran.clear();
        executor.next("hang", _ -> new Outcome.TimedOut(Duration.ofSeconds(90), result(1)));
        builds = open(8);

        var unfinished = builds.recall();
        var heard = new Heard();
        builds.observe(request.build(), heard);
        var joined = builds.submit(spec, order());
        assertThat(joined.build()).isEqualTo(request.build());
        assertThat(joined.joined()).isTrue();
        assertThat(executor.ran).isEmpty();
        unfinished.run();

        assertThat(heard.awaitEnd().state()).isEqualTo(BuildState.TIMED_OUT);
        assertThat(builds.requests(request.build()))
                .hasSize(2)
                .allMatch(each -> each.state() == RequestRecord.State.ANSWERED);
    }

    private static build.bazel.remote.execution.v2.ActionResult result(int exitCode) {
        return build.bazel.remote.execution.v2.ActionResult.newBuilder()
                .setExitCode(exitCode)
                .build();
    }

    @Test
    void blobsThatTheStoreLostAreMadeAgain() throws Exception {
        var lost = new Failure.MissingBlobs(Set.of(Digest.of(new byte[] {7})));
        executor.next("copy a b", _ -> new Outcome.NotRun(lost));

        var build = build(spec(CHAIN));

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(restored).hasSize(1);
    }

    @Test
    void blobsThatStayLostEndTheBuildAsTheFarmsFault() throws Exception {
        var lost = new Failure.MissingBlobs(Set.of(Digest.of(new byte[] {7})));
        for (var round = 0; round < 3; round++) {
            executor.next("copy a b", _ -> {
                executor.next("copy a b", _ -> {
                    executor.next("copy a b", _ -> new Outcome.NotRun(lost));
                    return new Outcome.NotRun(lost);
                });
                return new Outcome.NotRun(lost);
            });
        }

        var build = build(spec(CHAIN));

        assertThat(build.state()).isEqualTo(BuildState.INFRA_ERROR);
        assertThat(build.note()).contains("is not in the store");
    }

    @Test
    void farmThatCannotRunATaskIsNotTheUsersFailure() throws Exception {
        executor.next("write c three", _ -> new Outcome.NotRun(new Failure.Unavailable("No disk")));

        var build = build(spec(CHAIN));

        assertThat(build.state()).isEqualTo(BuildState.INFRA_ERROR);
        assertThat(build.tasks())
                .anySatisfy(task -> assertThat(task.how().note()).isEqualTo("No disk"));
    }

    @Test
    void warmDirectoriesGoInAndWhatIsLeftIsKept() throws Exception {
        var yaml = "project: p\ntasks: {t: {run: [nothing], cache: [obj, other]}}\n";
        var known = new WarmDirectory("obj", Digest.of(new byte[] {1}), Digest.of(new byte[] {2}));
        warmKnown = List.of(known);
        executor.next("nothing", _ -> new Outcome.Completed(result(0), false, List.of(known)));

        build(spec(yaml));

        assertThat(executor.requests.getFirst().warm())
                .containsExactly(known, new WarmDirectory("other", Digest.EMPTY, Digest.EMPTY));
        assertThat(warmSaved).containsExactly("c".repeat(40) + " " + List.of(known));
    }

    @Test
    void artifactsThatCannotBePlacedDoNotUndoTheBuild() throws Exception {
        Files.writeString(out.resolve("file"), "in the way");
        var request = builds.submit(spec(CHAIN), new Order("ann", Optional.of(out.resolve("file/main"))));

        var build = await(request.build());

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(build.artifacts()).isPresent();
        assertThat(builds.requests(build.id())).singleElement().satisfies(answer -> {
            assertThat(answer.state()).isEqualTo(RequestRecord.State.UNDELIVERED);
            assertThat(answer.note()).contains("file/main");
        });
    }

    @Test
    void endThatCannotBeStoredYetIsToldWhenItIs() throws Exception {
        records.failNext(2);

        var build = build(spec(CHAIN));

        assertThat(build.state()).isEqualTo(BuildState.SUCCEEDED);
        assertThat(records.builds(new BuildRecords.Query.ById(build.id())))
                .extracting(BuildRecord::state)
                .containsExactly(BuildState.SUCCEEDED);
    }

    @Test
    void bugOfOursEndsTheBuildForGood() throws Exception {
        builds.close();
        delivery = new Delivery() {
            @Override
            public String deliver(BuildId build, Digest artifacts, Path out) {
                throw new IllegalStateException("bug");
            }

            @Override
            public void put(BuildId build, Digest artifacts, Path out) {
                throw new AssertionError();
            }
        };
        builds = open(8);

        var build = build(spec(CHAIN));

        assertThat(build.state()).isEqualTo(BuildState.INFRA_ERROR);
        assertThat(build.note()).contains("Steading has a bug");
        assertThat(records.builds(new BuildRecords.Query.Unfinished())).isEmpty();
        assertThat(records.requests(build.id()))
                .extracting(RequestRecord::state)
                .containsExactly(RequestRecord.State.ANSWERED);
    }
}
