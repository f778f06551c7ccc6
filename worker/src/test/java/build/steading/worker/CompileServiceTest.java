// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.worker.sandbox.Place;
import build.steading.worker.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileServiceTest {
    private static final Sandbox PLAIN = new Sandbox.Plain("of a test");
    private static final Sandbox APART = new Sandbox.Bubblewrap(Path.of("/usr/bin/bwrap"), List.of());

    @TempDir
    Path directory;

    private CompileService service;
    private Place place;

    @BeforeEach
    void begin() throws IOException {
        var distribution = Files.createDirectory(directory.resolve("dist"));
        program(distribution.resolve("steading"));
        service =
                new CompileService(distribution, Path.of("/java"), Files.createFile(directory.resolve("compile.sock")));
        place = new Place(directory.resolve("place"), List.of());
        Place.create(place.directory(), false);
    }

    private static void program(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }

    /// Returns where names of a directory lead.
    private static List<String> links(Path directory) throws IOException {
        try (var all = Files.list(directory)) {
            return all.map(link -> {
                        try {
                            return "%s -> %s".formatted(link.getFileName(), Files.readSymbolicLink(link));
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .sorted()
                    .toList();
        }
    }

    @Test
    void offersNothingWithoutALauncherOrASocket() throws IOException {
        assertThat(service.ready()).isTrue();
        Files.delete(service.socket());
        assertThat(service.ready()).isFalse();
        Files.createFile(service.socket());
        Files.delete(service.distribution().resolve("steading"));
        assertThat(service.ready()).isFalse();
    }

    @Test
    void standsInFrontOfTheCompilersThatThereAreAndOfNothingElse() throws IOException {
        var bin = Files.createDirectory(directory.resolve("bin"));
        for (var name : List.of("gcc", "gcc-12", "aarch64-linux-gnu-g++", "clang", "gcc-ar", "ccache", "make", "as")) {
            program(bin.resolve(name));
        }
        Files.createFile(bin.resolve("c++"));

        var variables = service.furnish(place, APART, bin + ":/nowhere:relative");

        assertThat(links(place.tmp().resolve("steading-compilers")))
                .containsExactly(
                        "aarch64-linux-gnu-g++ -> /run/steading/dist/steading",
                        "clang -> /run/steading/dist/steading",
                        "gcc -> /run/steading/dist/steading",
                        "gcc-12 -> /run/steading/dist/steading");
        assertThat(variables)
                .containsEntry("PATH", "/tmp/steading-compilers:/run/steading/dist:" + bin + ":/nowhere:relative")
                .containsEntry("STEADING_HOME", "/tmp/steading-home");
        assertThat(links(place.tmp().resolve("steading-home"))).containsExactly("farm.sock -> /run/steading/farm.sock");
    }

    @Test
    void sandboxShowsWhatIsNeededWhereItMayBeHidden() {
        assertThat(service.shown(APART))
                .containsEntry(service.distribution(), Path.of("/run/steading/dist"))
                .containsEntry(service.socket(), Path.of("/run/steading/farm.sock"))
                .containsEntry(Path.of("/java"), Path.of("/java"));
        assertThat(service.shown(PLAIN)).isEmpty();
    }

    @Test
    void withoutASandboxEverythingIsUsedWhereItIs() throws IOException {
        var variables = service.furnish(place, PLAIN, "/nowhere");

        assertThat(variables.get("PATH"))
                .isEqualTo(
                        "%s:%s:/nowhere".formatted(place.tmp().resolve("steading-compilers"), service.distribution()));
        assertThat(links(place.tmp().resolve("steading-home"))).containsExactly("farm.sock -> " + service.socket());
    }
}
