// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TypedCommandTest {
    @TempDir
    Path directory;

    @Test
    void likelyOutputFollowsTheLastOption() {
        assertThat(output("gcc -c a.c -o foo.o")).contains("/d/foo.o");
        assertThat(output("gcc -c a.c -ofoo.o")).contains("/d/foo.o");
        assertThat(output("gcc -o a.o -c a.c -o ../b.o")).contains("/b.o");
        assertThat(output("gcc -c a.c -o /x/a.o")).contains("/x/a.o");
        assertThat(output("gcc -c a.c")).isEmpty();
        assertThat(output("gcc -c a.c -o")).isEmpty();
        assertThat(output("gcc -c a.c -o a\0.o")).isEmpty();
    }

    @Test
    void pathLeadsToTheProgramThatWasFound() throws Exception {
        var front = Files.createDirectory(directory.resolve("front"));
        var back = Files.createDirectory(directory.resolve("back"));
        Files.createFile(front.resolve("gcc"));
        Files.createFile(back.resolve("gcc"));
        for (var slash : List.of("", "/", "//")) {
            var path = "/nowhere:%s%s:%s%s:/usr/bin".formatted(front, slash, back, slash);
            var program = back + "/gcc";
            var call = new TypedCommand(
                            List.of("gcc"), program, "/", Map.of("PATH", path), 0, false, TypedCommand.Mode.USUAL)
                    .call();
            assertThat(call.path()).isEqualTo("/nowhere:%s%s:/usr/bin", back, slash);
            assertThat(call.program()).isEqualTo(back + "/gcc");
        }
    }

    @Test
    void namesAreThoseOfTheDirectory() {
        var command = Lines.typed("gcc", Path.of("/d"));
        assertThat(command.absolute("a.c")).isEqualTo("/d/a.c");
        assertThat(command.absolute("/a.c")).isEqualTo("/a.c");
        assertThat(command.parentOf("a.c")).isEqualTo("/d");
        assertThat(command.parentOf("x/a.c")).isEqualTo("/d/x");
        assertThat(command.parentOf("/a.c")).isEqualTo("/");
    }

    private static Optional<String> output(String line) {
        return Lines.typed(line, Path.of("/d")).likelyOutput();
    }
}
