// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.worker.TestSandboxes;
import build.steading.worker.sandbox.RunEnd.Cut;
import build.steading.worker.sandbox.RunEnd.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the runner owes a user without privileges, tried as one when the tests are run by the superuser.
@Isolated("A fork bomb leaves nothing to others")
class UnprivilegedTest {
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");

    @TempDir
    Path directory;

    private final Printout printed = new Printout();
    private Sandbox sandbox = new Sandbox.Plain("not found out yet");
    private Path layer = Path.of("/");

    @BeforeEach
    void superuserOnly() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "Only the superuser can become somebody else");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "There is no setpriv");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var worker = TestSandboxes.directory(directory);
        sandbox = TestSandboxes.bubblewrap(worker);
        layer = Files.createDirectory(worker.resolve("layer"));
        Files.writeString(layer.resolve("input"), "given\n");
        Place.create(worker.resolve("attempt"), true);
        try (var all = Files.walk(directory)) {
            var names = directory.getFileSystem().getUserPrincipalLookupService();
            for (var path : all.filter(path -> !path.endsWith("bin")).toList()) {
                Files.setOwner(path, names.lookupPrincipalByName("nobody"));
                Files.getFileAttributeView(path, PosixFileAttributeView.class)
                        .setGroup(names.lookupPrincipalByGroupName("nogroup"));
            }
        }
    }

    private Ran run(boolean ready, String script) {
        var place = new Place(directory.resolve("worker").resolve("attempt"), List.of(layer));
        var spec = new RunSpec(place, sandbox.root(place))
                .command(List.of("/bin/sh", "-c", script), Map.of("PATH", "/usr/bin:/bin"))
                .timeout(Duration.ofSeconds(20), Duration.ZERO)
                .limits(0, 300, 0);
        sandbox.confine(spec, place, Sandbox.Grants.NOTHING);
        try (var own = Runner.prepare(directory.resolve("worker").resolve("bin"));
                var runner = own.behind(AS_NOBODY)) {
            if (ready) {
                runner.makeReady(((Sandbox.Bubblewrap) sandbox).outline(place.directory()));
            }
            return run(runner, spec);
        }
    }

    private Ran run(Runner runner, RunSpec spec) {
        try (var run = runner.start(spec)) {
            var end = run.await(printed);
            assertThat(end).as(printed.text()).isInstanceOf(Ran.class);
            return (Ran) end;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void overlayAndSandboxWork(boolean ready) throws IOException {
        var end = run(
                ready,
                "id -un; cat input; echo more >> input; echo new > output; rm -f /etc/passwd; test -s /etc/passwd");

        assertThat(printed.text()).startsWith("nobody\ngiven\n");
        assertThat(end.exitCode()).isZero();
        assertThat(layer.resolve("input")).hasContent("given\n");
        var upper = directory.resolve("worker").resolve("attempt").resolve("upper");
        assertThat(upper.resolve("input")).hasContent("given\nmore\n");
        assertThat(upper.resolve("output")).hasContent("new\n");
    }

    @Test
    void tooManyProcessesAreNoticedAndTheirNumberIsBounded() {
        var end = run(
                false,
                "perl -e 'for (1..3000) { $n++, next if $pid = fork; last unless defined $pid; sleep 60 }"
                        + " $| = 1; print $n; sleep 60'");

        assertThat(end.cut()).contains(Cut.TASKS);
        var forked = printed.text();
        assertThat(forked.isEmpty() ? 0 : Integer.parseInt(forked)).isLessThan(1300);
    }
}
