// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/// `steading cc` on a farm of several machines.
class CompileFarmIT {
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    /// What a project of forty small sources may send after a header of a few bytes has changed.
    private static final long FEW_BYTES = 64 << 10;

    /// So many compiles may go home on a busy machine, where workers are a moment late and a processor is free.
    private static final long FEW_LATE = FarmProject.FILES / 8;

    /// Has room for whatever `make` asks for at a time, and no compiler, if that can be arranged.
    private static Lent worker;

    private static boolean bare;
    private static Wire wire;
    private static Farm ann;
    private static Farm bob;

    private FarmProject project;

    @BeforeAll
    static void join() throws IOException {
        worker = FLEET.worker("bare", List.of(), Map.of(), "--slots", "8");
        wire = new Wire(FLEET.address());
        ann = FLEET.user("ann", wire.address());
        bob = FLEET.user("bob");
        worker.awaitReady();
        bereave();
        FLEET.awaitUp(worker);
        Required.that(
                FLEET.workers().at("/bare/sandbox").asText().equals("bubblewrap"), "Workers have no bubblewrap here");
        bringCompiler();
    }

    @AfterAll
    static void close() {
        ann.stop();
        wire.close();
    }

    /// Hides compilers from the worker, which needs one once, to make a program of its own.
    private static void bereave() throws IOException {
        var machine = new BareMachine(Files.createDirectories(FLEET.top().resolve("bare")));
        bare = machine.isPossible();
        if (bare) {
            assertThat(worker.daemon().stop()).isTrue();
            worker = new Lent(worker.name(), worker.directory(), worker.daemon(), machine.prefix(), worker.first());
            worker.startAgain();
        }
    }

    /// Compiles until the farm has done it for everybody: from then on it knows the compilers.
    private static void bringCompiler() throws IOException {
        var project = FarmProject.write(ann.directory("first"), "first");
        for (var user : List.of(ann, bob)) {
            awaitCompiledOnTheFarm(user, project);
        }
        project.assertTidy();
    }

    private static void awaitCompiledOnTheFarm(Farm user, FarmProject project) {
        await("compiles on the farm").atMost(Program.PATIENCE).until(() -> {
            var before = Calls.of(user);
            project.clean();
            FarmProject.assertMade(project.start(user, Map.of("STEADING_CC", "refresh"), "out/c01.c.o", "out/p01.cc.o")
                    .await());
            return Calls.of(user).since(before).remote() == 2;
        });
    }

    @BeforeEach
    void begin(TestInfo story) throws IOException {
        var name = story.getTestMethod().orElseThrow().getName();
        project = FarmProject.write(ann.directory("project"), name);
        // Compilers do not wait for a process that is not there yet.
        var _ = List.of(Calls.of(ann), Calls.of(bob));
    }

    /// Makes all for the first time.
    ///
    /// @return how many the farm has compiled, which are all but a few
    private long madeOnTheFarm() throws IOException {
        var before = Calls.of(ann);
        project.make(ann);
        var calls = Calls.of(ann).since(before);
        assertThat(calls.remote()).as(calls.toString()).isGreaterThanOrEqualTo(FarmProject.FILES - FEW_LATE);
        return calls.remote();
    }

    @Test
    void everySourceIsCompiledElsewhereAndNothingTellsTheObjectsFromThoseMadeHere() throws IOException {
        var expected = project.nativeObjects();
        assertThat(expected).hasSize(2 * FarmProject.FILES);
        var before = Calls.of(ann);

        project.make(ann);

        var calls = Calls.of(ann).since(before);
        assertThat(calls.remote() + calls.local()).as(calls.toString()).isEqualTo(FarmProject.FILES);
        assertThat(calls.local()).as(calls.toString()).isLessThanOrEqualTo(FEW_LATE);
        assertThat(project.objects()).isEqualTo(expected);
        project.assertTidy();
    }

    @Test
    void workersNeedNoCompiler() throws IOException {
        Required.that(bare, "Compilers cannot be hidden from a worker here");
        var before = Calls.of(ann);

        project.make(ann, "out/c00.c.o", "out/p00.cc.o");

        assertThat(Calls.of(ann).since(before).remote()).isEqualTo(2);
        assertThat(FLEET.workers()).hasSize(1);
    }

    @Test
    void whatOneDeveloperCompiledNoOtherCompilesAgain() throws IOException {
        var remote = madeOnTheFarm();
        var made = project.objects();
        ann.stop();
        project.clean();
        var before = Calls.of(bob);

        project.make(bob);

        var calls = Calls.of(bob).since(before);
        assertThat(calls.compiles()).as(calls.toString()).isEqualTo(FarmProject.FILES);
        assertThat(calls.shared()).as(calls.toString()).isGreaterThanOrEqualTo(remote);
        assertThat(project.objects()).isEqualTo(made);
    }

    @Test
    void whatWasCompiledBeforeIsKnownHere() throws IOException {
        var remote = madeOnTheFarm();
        var made = project.objects();
        project.clean();
        var before = Calls.of(ann);
        var sent = wire.sent();

        project.make(ann);

        var calls = Calls.of(ann).since(before);
        assertThat(calls.compiles()).as(calls.toString()).isEqualTo(FarmProject.FILES);
        assertThat(calls.hits() - calls.shared()).as(calls.toString()).isEqualTo(remote);
        assertThat(project.objects()).isEqualTo(made);
        assertThat(wire.sent() - sent).isLessThan(FEW_BYTES);
    }

    @Test
    void changedHeaderCostsItsDependentsAndAFewBytes() throws IOException {
        var remote = madeOnTheFarm();
        project.write("include/deep/deepest.h", "#define DEEPEST 2\n");
        project.clean();
        var expected = project.nativeObjects();
        var before = Calls.of(ann);
        var sent = wire.sent();

        project.make(ann);

        var calls = Calls.of(ann).since(before);
        var anew = calls.remote() + calls.local();
        assertThat(calls.compiles()).as(calls.toString()).isEqualTo(FarmProject.FILES);
        assertThat(anew)
                .as(calls.toString())
                .isBetween((long) FarmProject.FEW, FarmProject.FEW + FarmProject.FILES - remote);
        assertThat(project.objects()).isEqualTo(expected);
        assertThat(wire.sent() - sent).isLessThan(FEW_BYTES);
    }

    @Test
    void withoutAnyWorkerCompilersRunHereAndThenThereAgain() throws IOException {
        var expected = project.nativeObjects();
        var before = Calls.of(ann);
        assertThat(worker.daemon().stop()).isTrue();
        await("end of the worker")
                .atMost(Program.PATIENCE)
                .until(() -> !FLEET.workers().at("/bare/connected").asBoolean());

        project.make(ann);

        var calls = Calls.of(ann).since(before);
        worker.startAgain();
        assertThat(calls.local()).as(calls.toString()).isEqualTo(FarmProject.FILES);
        assertThat(calls.failed()).as(calls.toString()).isEqualTo(FarmProject.FILES);
        assertThat(project.objects()).isEqualTo(expected);
        FLEET.awaitUp(worker);
        awaitCompiledOnTheFarm(ann, project);
        project.assertTidy();
    }

    @Test
    void everyObjectCanBeAskedWhereItComesFrom() throws IOException {
        project.write("src/clock.c", "const char *clock_text(void) { return __TIME__; }\n");
        var object = project.directory().resolve("out/c01.c.o");

        project.make(ann, "out/c01.c.o", "out/clock.c.o");
        assertThat(why(ann, "out/c01.c.o")).isEqualTo("out/c01.c.o: compiled on the farm");
        assertThat(why(ann, "out/clock.c.o"))
                .startsWith("out/clock.c.o: compiled here")
                .contains("time of compiling");
        Files.delete(object);
        project.make(ann, "out/c01.c.o");
        assertThat(why(ann, "out/c01.c.o")).endsWith("known here");
        Files.delete(object);
        project.make(bob, "out/c01.c.o");
        assertThat(why(bob, "out/c01.c.o")).endsWith("known to the farm");
        assertThat(ann.run(project.directory(), "cc", "--why", "out/none.o").exitCode())
                .isEqualTo(3);
    }

    private String why(Farm user, String object) {
        var told = user.run(project.directory(), "cc", "--why", object);
        assertThat(told.exitCode()).as(told.all()).isZero();
        return told.out().strip();
    }
}
