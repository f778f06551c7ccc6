// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Whatever of a farm dies, freezes or cannot be reached while `make` runs, `make` makes what it always does, and
/// the farm is used again as soon as it is there.
class CompileFarmFaultsIT {
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    private static final Map<String, String> ANEW = Map.of("STEADING_CC", "refresh");

    /// Objects after which something happens: about as many compiles as are under way are done.
    private static final int SOME = 6;

    private static Lent steady;
    private static Lent victim;
    private static Wire wire;
    private static Farm ann;
    private static FarmProject project;
    private static Map<String, String> expected = Map.of();

    @BeforeAll
    static void join() throws IOException {
        steady = FLEET.worker("steady", List.of(), Map.of(), "--slots", "4");
        victim = FLEET.worker("victim", List.of(), Map.of(), "--slots", "4");
        wire = new Wire(FLEET.address());
        ann = FLEET.user("ann", wire.address());
        project = FarmProject.write(ann.directory("project"), "faults");
        expected = project.nativeObjects();
        steady.awaitReady();
        victim.awaitReady();
        FLEET.awaitUp(steady, victim);
        Required.that(
                FLEET.workers().at("/steady/sandbox").asText().equals("bubblewrap"), "Workers have no bubblewrap here");
        awaitFarmAtWork();
        // From then on it is known how long each takes.
        project.clean();
        FarmProject.assertMade(project.start(ann, ANEW).await());
    }

    @AfterAll
    static void close() {
        ann.stop();
        wire.close();
    }

    @BeforeEach
    void begin() throws IOException {
        awaitFarmAtWork();
        project.clean();
    }

    @AfterEach
    void tidy() throws IOException {
        FLEET.awaitUp(steady, victim);
        project.assertTidy();
    }

    /// Compiles until the farm does it.
    private static void awaitFarmAtWork() {
        await("compiles on the farm").atMost(Program.PATIENCE).until(() -> {
            var before = Calls.of(ann);
            project.clean();
            FarmProject.assertMade(
                    project.start(ann, ANEW, "out/c01.c.o", "out/p01.cc.o").await());
            return Calls.of(ann).since(before).remote() == 2;
        });
    }

    /// Begins to make everything, and returns when the farm has done some.
    private static Program begun() {
        var making = project.start(ann, ANEW);
        await("some objects").atMost(Program.PATIENCE).until(() -> project.objectCount() >= SOME);
        assertThat(making.running()).isTrue();
        return making;
    }

    private static void assertMade(Program making) throws IOException {
        FarmProject.assertMade(making.await());
        assertThat(project.objects()).isEqualTo(expected);
    }

    @Test
    void workerIsKilled() throws IOException {
        var making = begun();

        victim.kill();

        assertMade(making);
        victim.startAgain();
        awaitFarmAtWork();
    }

    @Test
    void workerFreezes() throws IOException {
        var making = begun();

        victim.freeze();

        try {
            assertMade(making);
            awaitFarmAtWork();
        } finally {
            victim.thaw();
        }
    }

    @Test
    void serverIsKilledAndStartedAgain() throws IOException {
        var making = begun();

        FLEET.server().kill();
        FLEET.startServer();

        assertMade(making);
        awaitFarmAtWork();
    }

    @Test
    void serverFreezes() throws IOException {
        var making = begun();

        FLEET.server().signal("STOP");

        try {
            assertMade(making);
        } finally {
            FLEET.server().signal("CONT");
        }
        awaitFarmAtWork();
    }

    @Test
    void processOfTheDeveloperIsKilled() throws IOException {
        var making = begun();

        ann.kill();

        assertMade(making);
        awaitFarmAtWork();
    }

    @Test
    void developerIsCutOffAndConnectedAgain() throws IOException {
        var making = begun();

        wire.cut();

        try {
            assertMade(making);
        } finally {
            wire.restore();
        }
        awaitFarmAtWork();
    }

    @Test
    void developerIsCutOffForAMoment() throws IOException {
        var making = begun();

        wire.cut();
        wire.restore();

        assertMade(making);
        awaitFarmAtWork();
    }

    @Test
    void processOfTheDeveloperCanBeEndedWithoutTheFarm() throws IOException {
        var process = ann.process().orElseThrow();

        wire.cut();

        try {
            var stopped = ann.run(project.directory(), "stop");
            assertThat(stopped.exitCode()).as(stopped.all()).isZero();
            assertThat(Farm.gone(process.pid())).isTrue();
        } finally {
            wire.restore();
        }
    }
}
