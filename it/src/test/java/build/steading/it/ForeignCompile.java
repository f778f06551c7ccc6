// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Compiles on a server that knows nothing of them.
final class ForeignCompile {
    private static final List<String> ARGUMENTS = List.of("-O2", "-g", "-Wall", "-Iinclude", "-MMD", "-c", "src/a.c");

    private ForeignCompile() {}

    /// Compiles until the server has done it, and asserts that this makes no difference to doing it here.
    static void assertSame(Farm user) throws IOException {
        Required.program("gcc");
        var project = user.directory("compile");
        write(project.resolve("include/a.h"), "#include <stdio.h>\n#define TEXT \"text\"\n");
        write(project.resolve("src/a.c"), """
            #include "a.h"
            static int unused(void) { return __LINE__; }
            int tell(void) { return puts(TEXT __FILE__); }
            """);
        var here = Program.run(project, Map.of(), command("gcc", "here"));
        assertThat(here.exitCode()).as(here.all()).isZero();

        await("a compile on the server").atMost(Program.PATIENCE).until(() -> {
            var there = user.start(
                            project,
                            Map.of("STEADING_CC", "refresh"),
                            command("cc", "gcc", "there").toArray(String[]::new))
                    .await();
            assertThat(there.exitCode()).as(there.all()).isZero();
            assertThat(there.err()).isEqualTo(here.err()).contains("unused");
            return Farm.json(user.run(project, "cc", "--stats", "--json"))
                            .get("remote")
                            .asInt()
                    > 0;
        });
        assertThat(project.resolve("there.o")).hasSameBinaryContentAs(project.resolve("here.o"));
        assertThat(Files.readString(project.resolve("there.d")))
                .isEqualTo(Files.readString(project.resolve("here.d")).replace("here.o", "there.o"));

        var before = hits(user, project);
        var known = user.run(project, command("cc", "gcc", "there").toArray(String[]::new));
        assertThat(known.exitCode()).as(known.all()).isZero();
        assertThat(hits(user, project)).isEqualTo(before + 1);
    }

    private static int hits(Farm user, Path project) {
        return Farm.json(user.run(project, "cc", "--stats", "--json"))
                .get("hits")
                .asInt();
    }

    /// @param words the compiler, with what stands before it, and the name of the object
    private static List<String> command(String... words) {
        var command = new ArrayList<>(List.of(words).subList(0, words.length - 1));
        command.addAll(ARGUMENTS);
        command.addAll(List.of("-o", words[words.length - 1] + ".o"));
        return command;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
