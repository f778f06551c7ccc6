// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import build.steading.compile.files.Route.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutesTest {
    @TempDir
    Path temporary;

    private Path directory;
    private final FileTable table = FileTable.looking(new MemoryBlobStore());

    @BeforeEach
    void build() throws IOException {
        directory = temporary.toRealPath();
        Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(directory.resolve("a/x.h"), "");
        Files.createSymbolicLink(directory.resolve("absolute"), directory.resolve("a/b"));
        Files.createSymbolicLink(directory.resolve("relative"), Path.of("absolute"));
        Files.createSymbolicLink(directory.resolve("a/b/file"), Path.of("../x.h"));
        Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(directory.resolve("nowhere"), Path.of("gone"));
    }

    @Test
    void aPlainNameLeadsToItself() {
        var route = table.view().route(directory + "/a/x.h").orElseThrow();

        assertThat(route.links()).isEmpty();
        assertThat(route.real()).isEqualTo(directory + "/a/x.h");
        assertThat(route.signature()).isEqualTo(((Look.Present) table.look(route.real())).signature());
    }

    @Test
    void allLinksAreNamedInTheOrderInWhichTheyAreFollowed() {
        var route = table.view().route(directory + "/relative/./file").orElseThrow();

        assertThat(route.links())
                .containsExactly(
                        new Link(directory + "/relative", "absolute"),
                        new Link(directory + "/absolute", directory + "/a/b"),
                        new Link(directory + "/a/b/file", "../x.h"));
        assertThat(route.real()).isEqualTo(directory + "/a/x.h");
    }

    @Test
    void parentsAreThoseOfWhereALinkLeads() {
        assertThat(table.view()
                        .route(directory + "/absolute/../x.h")
                        .orElseThrow()
                        .real())
                .isEqualTo(directory + "/a/x.h");
        assertThat(table.view().route("/../..//").orElseThrow().real()).isEqualTo("/");
    }

    @Test
    void thereIsNoWayToNothing() {
        assertThat(table.view().route(directory + "/gone")).isEmpty();
        assertThat(table.view().route(directory + "/gone/../a/x.h")).isEmpty();
        assertThat(table.view().route(directory + "/nowhere")).isEmpty();
        assertThat(table.view().route(directory + "/loop")).isEmpty();
        assertThat(table.view().route(directory + "/bytes\uFFFD")).isEmpty();
        assertThat(table.view().route(directory + "/a/x.h/")).isEmpty();
        assertThat(table.view().route(directory + "/a/x.h/..")).isEmpty();
    }

    /// The kernel has the last word on all names of a system, and so do we.
    @Test
    void waysEndWhereTheKernelEnds() throws IOException {
        var routes = table.view();
        for (var start : new String[] {"/", "/etc/alternatives", "/usr/bin", "/usr/lib"}) {
            if (!Files.isDirectory(Path.of(start))) {
                continue;
            }
            try (var names = Files.walk(Path.of(start), 1)) {
                names.filter(Files::exists)
                        .forEach(name -> assertThat(routes.route(name.toString())
                                        .orElseThrow()
                                        .real())
                                .isEqualTo(real(name)));
            }
        }
    }

    private static String real(Path name) {
        try {
            return name.toRealPath().toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
