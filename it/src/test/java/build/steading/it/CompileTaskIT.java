// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Tasks whose compilers use the farm: `compile: distribute`.
class CompileTaskIT {
    private static final String DEFINITION = """
        project: parts
        tasks:
          compile:
            run: |
              steading cc --stats > /dev/null
              make
              steading cc --stats --json > stats.json
            outputs: [program, stats.json]
            compile: distribute
        """;

    @RegisterExtension
    static final Farm FARM = new Farm();

    @BeforeAll
    static void needs() {
        Required.program("make");
        Required.program("bwrap");
    }

    private static Repository project() throws IOException {
        var repository = FARM.repository("parts");
        repository.write("steading.yaml", DEFINITION);
        repository.write("Makefile", """
            OBJECTS = main.o one.o two.o three.o
            program: $(OBJECTS)
            \t$(CC) -o $@ $(OBJECTS)
            """);
        repository.write("part.h", "int one(void), two(void), three(void);\n");
        repository.write("main.c", """
            #include <stdio.h>
            #include "part.h"
            int main(void) { printf("%d\\n", one() + two() + three()); return 0; }
            """);
        for (var part : Map.of("one", 1, "two", 20, "three", 300).entrySet()) {
            repository.write(
                    part.getKey() + ".c",
                    "#include \"part.h\"\nint %s(void) { return %d; }\n".formatted(part.getKey(), part.getValue()));
        }
        repository.commit("Begin");
        return repository;
    }

    private static JsonNode stats(Repository repository) throws IOException {
        return new ObjectMapper()
                .readTree(repository.path("build/steading/main/stats.json").toFile());
    }

    private static String programOf(Repository repository) {
        return Program.run(
                        repository.directory(),
                        Map.of(),
                        List.of(repository.path("build/steading/main/program").toString()))
                .out();
    }

    @Test
    void makefileOfATaskCompilesOnTheFarmAsItIs() throws IOException {
        var repository = project();
        FARM.ok(repository, "build");

        assertThat(programOf(repository)).isEqualTo("321\n");
        var first = stats(repository);
        assertThat(first.get("compiles").asInt()).as("%s", first).isEqualTo(4);
        assertThat(first.get("remote").asInt()).as("%s", first).isPositive();

        repository
                .write("two.c", "#include \"part.h\"\nint two(void) { return 50; }\n")
                .commit("Next");
        FARM.ok(repository, "build");

        assertThat(programOf(repository)).isEqualTo("351\n");
        var second = stats(repository);
        assertThat(second.get("hits").asInt())
                .as("%s, then %s", first, second)
                .isGreaterThanOrEqualTo(first.get("remote").asInt() - 1)
                .isPositive();
    }
}
