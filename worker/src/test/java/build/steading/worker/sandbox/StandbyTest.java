// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.worker.TestSandboxes;
import build.steading.worker.sandbox.RunEnd.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Sandboxes that stand ready before their command is known.
@ResourceLock(value = TestSandboxes.MOUNTS, mode = ResourceAccessMode.READ)
class StandbyTest {
    /// Says for how many hundredths of a second the sandbox has been there.
    private static final String AGE = "age() { cut -d' ' -f22 /proc/$1/stat; }; cat /proc/self/stat > s;"
            + " echo $(($(cut -d' ' -f22 s) - $(age 1)))";

    /// In hundredths of a second. A sandbox that is made for its command is there much more lately.
    private static final int OLD = 100;

    @TempDir
    Path directory;

    private final Printout printed = new Printout();
    private Sandbox.Bubblewrap sandbox = new Sandbox.Bubblewrap(Path.of("/bin/false"), List.of());
    private Path attempt = Path.of("/");
    private Path layer = Path.of("/");
    private Runner runner = Runner.prepare(Path.of("target", "runner").toAbsolutePath());

    @BeforeEach
    void layOut() throws IOException {
        var worker = TestSandboxes.directory(directory);
        sandbox = (Sandbox.Bubblewrap) TestSandboxes.bubblewrap(worker);
        assertThat(sandbox.ahead()).isTrue();
        layer = Files.createDirectories(worker.resolve("layers").resolve("1"));
        attempt = Files.createDirectories(worker.resolve("attempts")).resolve("1");
        Place.create(attempt, true);
    }

    @AfterEach
    void end() {
        runner.close();
    }

    private void makeReadyAndWait() throws InterruptedException {
        runner.makeReady(sandbox.outline(attempt));
        Thread.sleep(OLD * 10L + 200);
    }

    private String run(Sandbox.Grants grants, String script) {
        var place = new Place(attempt, List.of(layer));
        var spec = new RunSpec(place, sandbox.root(place))
                .command(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"));
        sandbox.confine(spec, place, grants);
        try (var run = runner.start(spec)) {
            var end = run.await(printed);
            assertThat(end)
                    .isInstanceOfSatisfying(
                            Ran.class, ran -> assertThat(ran.exitCode()).isZero());
        }
        return printed.text();
    }

    private int age(Sandbox.Grants grants) {
        return Integer.parseInt(run(grants, AGE).strip());
    }

    /// Returns the processes that work in the directory of the attempt.
    private List<ProcessHandle> around() throws IOException {
        var found = new ArrayList<ProcessHandle>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                try {
                    if (Files.readSymbolicLink(process.resolve("cwd")).startsWith(attempt.toRealPath())) {
                        ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                                .ifPresent(found::add);
                    }
                } catch (IOException _) {
                    // It has just ended.
                }
            }
        }
        return found;
    }

    private void awaitNobodyAround() throws Exception {
        for (var i = 0; i < 1000 && !around().isEmpty(); i++) {
            Thread.sleep(20);
        }
        assertThat(around()).isEmpty();
    }

    @Test
    void commandRunsInTheSandboxThatStands() throws Exception {
        makeReadyAndWait();

        assertThat(age(Sandbox.Grants.NOTHING)).isGreaterThanOrEqualTo(OLD);
    }

    @Test
    void layerThatIsMadeLaterIsTheInputTree() throws Exception {
        makeReadyAndWait();
        Files.writeString(layer.resolve("given"), "later\n");
        Files.writeString(attempt.resolve("upper").resolve("restored"), "too\n");

        assertThat(run(Sandbox.Grants.NOTHING, "cat given restored; echo made > output; ls; pwd"))
                .isEqualTo("later\ntoo\ngiven\noutput\nrestored\n/tmp/steading/work\n");
        assertThat(attempt.resolve("upper").resolve("output")).hasContent("made");
        assertThat(layer.resolve("output")).doesNotExist();
    }

    @Test
    void whoAsksForMoreGetsASandboxOfItsOwn() throws Exception {
        makeReadyAndWait();

        assertThat(age(new Sandbox.Grants(true, Map.of()))).isLessThan(OLD);
    }

    @Test
    void sandboxThatHasDiedIsMadeAnew() throws Exception {
        makeReadyAndWait();
        around().forEach(ProcessHandle::destroyForcibly);
        awaitNobodyAround();

        assertThat(age(Sandbox.Grants.NOTHING)).isLessThan(OLD);
    }

    @Test
    void whatIsMountedMeanwhileIsSeenAndCannotBeWrittenTo() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "Only the superuser can mount");
        runner = Runner.prepare(Path.of("target", "runner").toAbsolutePath())
                .behind(List.of("unshare", "--mount", "--propagation", "private"));
        makeReadyAndWait();
        var inside = around().getFirst().parent().orElseThrow();
        var mounted = new ProcessBuilder(
                        "nsenter",
                        "--target",
                        Long.toString(inside.pid()),
                        "--mount",
                        "/bin/sh",
                        "-c",
                        "mount -t tmpfs none /opt && touch /opt/new")
                .inheritIO()
                .start();
        assertThat(mounted.waitFor()).isZero();
        awaitNobodyAround();

        assertThat(run(Sandbox.Grants.NOTHING, "ls /opt; touch /opt/x 2>&1 | grep -c Read-only"))
                .isEqualTo("new\n1\n");
    }

    /// Bubblewrap, killed while it begins, leaves a process that waits for ever.
    @Test
    void sandboxThatIsAbandonedAtAnyMomentLeavesNothing() throws Exception {
        for (var i = 0; i < 40; i++) {
            runner.makeReady(sandbox.outline(attempt));
            Thread.sleep(Duration.ofNanos(i * 250_000L));
            runner.abandon(attempt);

            assertThat(around()).as("after %d us".formatted(i * 250)).isEmpty();
        }
    }

    @Test
    void whatIsAbandonedIsGone() throws Exception {
        makeReadyAndWait();
        assertThat(around()).isNotEmpty();

        runner.abandon(attempt);

        assertThat(around()).isEmpty();
    }
}
