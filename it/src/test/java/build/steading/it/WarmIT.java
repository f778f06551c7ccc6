// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// With `cache`, real make compiles what changed and no more.
class WarmIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private static final int SOURCES = 6;

    private Repository repository;

    @BeforeEach
    void begin() throws IOException {
        Required.program("make");
        repository = FARM.repository("warm");
        repository.write("steading.yaml", """
            project: warm
            tasks:
              compile: {run: make, outputs: [program], cache: [obj]}
            """);
        var objects = new StringBuilder();
        for (int i = 0; i < SOURCES; i++) {
            repository.write(
                    "f%d.c".formatted(i), "#include \"all.h\"\nint f%d(void) { return %d; }\n".formatted(i, i));
            objects.append(" obj/f%d.o".formatted(i));
        }
        // Not the same in any two tests: a known result has no warm directory to leave.
        repository.write("README", repository.toString());
        repository.write("all.h", "int f0(void);\n");
        repository.write(
                "main.c", "#include \"all.h\"\n#include <stdio.h>\nint main(void) { printf(\"%d\\n\", f0()); }\n");
        repository.write("Makefile", """
            program: obj/main.o%s
            \tcc -o $@ $^
            obj/%%.o: %%.c all.h
            \t@mkdir -p obj
            \tcc -c -o $@ $<
            """.formatted(objects));
        repository.commit("Begin");
    }

    /// Returns how many files a build of the branch compiled.
    private long compiled() {
        var build = FARM.build(repository);
        assertThat(build.get("state").asText()).as(build.toPrettyString()).isEqualTo("succeeded");
        var log = FARM.ok(repository, "log", build.get("build").asText()).out();
        return log.lines().filter(line -> line.startsWith("cc -c")).count();
    }

    private String printed() {
        return Program.run(
                        repository.directory(),
                        Map.of(),
                        List.of(repository.path("build/steading/main/program").toString()))
                .out()
                .strip();
    }

    @Test
    void nextRevisionCompilesOnlyWhatChanged() throws IOException {
        assertThat(compiled()).isEqualTo(SOURCES + 1);
        assertThat(printed()).isEqualTo("0");

        repository
                .write("f0.c", "#include \"all.h\"\nint f0(void) { return 42; }\n")
                .commit("Change one file");
        assertThat(compiled()).isEqualTo(1);
        assertThat(printed()).isEqualTo("42");

        repository.write("all.h", "int f0(void);\nint f1(void);\n").commit("Change what all include");
        assertThat(compiled()).isEqualTo(SOURCES + 1);
    }

    @Test
    void goingBackToAnEarlierContentIsAChangeToo() throws IOException {
        assertThat(compiled()).isEqualTo(SOURCES + 1);
        repository
                .write("f0.c", "#include \"all.h\"\nint f0(void) { return 42; }\n")
                .commit("There");
        assertThat(compiled()).isEqualTo(1);
        repository.git("revert", "-n", "HEAD");
        repository.write("unrelated", "").commit("And back");

        assertThat(compiled()).isEqualTo(1);
        assertThat(printed()).isEqualTo("0");
    }

    @Test
    void warmDirectorySurvivesTheProcess() throws IOException {
        assertThat(compiled()).isEqualTo(SOURCES + 1);
        FARM.stop();
        repository
                .write("f1.c", "#include \"all.h\"\nint f1(void) { return 11; }\n")
                .commit("Change one file");

        assertThat(compiled()).isEqualTo(1);
    }
}
