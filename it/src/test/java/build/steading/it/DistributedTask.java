// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// A project whose one task builds a program of four sources by `make`, five times, with the farm's help.
final class DistributedTask {
    private DistributedTask() {}

    private static Repository project(Farm user) throws IOException {
        var repository = user.repository("parts");
        repository.write("steading.yaml", """
            project: parts
            tasks:
              compile:
                run: |
                  steading cc --stats > /dev/null
                  for round in 1 2 3 4 5; do make -B -j8; sleep 1; done
                  steading cc --stats --json > stats.json
                outputs: [program, stats.json]
                compile: distribute
            """);
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
            repository.write(part.getKey() + ".c", source(part.getKey(), part.getValue()));
        }
        repository.commit("Begin");
        return repository;
    }

    private static String source(String name, int value) {
        return "#include \"part.h\"\nint %s(void) { return %d; }\n".formatted(name, value);
    }

    /// Builds, and returns how the task's compiles ended.
    private static JsonNode compiles(Farm user, Repository repository, int result) throws IOException {
        user.ok(repository, "build", "--force");
        var program = repository.path("build/steading/main/program").toString();
        assertThat(Program.run(repository.directory(), Map.of(), List.of(program))
                        .out())
                .isEqualTo(result + "\n");
        return new ObjectMapper()
                .readTree(repository.path("build/steading/main/stats.json").toFile());
    }

    /// The first compiles may run beside the command, until the farm has the compiler.
    static void assertCompilesOnTheFarm(Farm user) throws IOException {
        Required.program("make");
        Required.program("bwrap");
        var repository = project(user);
        await("compiles on the farm")
                .atMost(Program.PATIENCE.multipliedBy(3))
                .until(() -> compiles(user, repository, 321).get("remote").asInt() > 0);

        repository.write("two.c", source("two", 50)).commit("Next");
        var counts = compiles(user, repository, 351);
        assertThat(counts.get("compiles").asInt()).as("%s", counts).isEqualTo(20);
        assertThat(counts.get("shared").asInt()).as("%s", counts).isPositive();
    }
}
