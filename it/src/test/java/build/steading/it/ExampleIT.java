// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The example project, as a newcomer meets it.
class ExampleIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;

    @BeforeEach
    void copyTheExample() throws IOException {
        Required.program("make");
        repository = FARM.repository("example");
        var example = Path.of("../examples/wordfreq");
        try (var files = Files.walk(example)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var path = example.relativize(file);
                if (!path.startsWith("build")) {
                    var target = repository.directory().resolve(path);
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        repository.commit("Begin");
    }

    @Test
    void builtProgramRunsAndSaysWhatItShould() throws IOException {
        var built = FARM.ok(repository, "build");

        assertThat(built.out()).contains("succeeded", "mode=release/build/wordfreq");
        var text = repository.path("some.txt");
        Files.writeString(text, "to be or not to be or to\n");
        for (var mode : List.of("release", "debug")) {
            var program = repository.path("build/steading/main/mode=%s/build/wordfreq".formatted(mode));
            var counted = Program.run(repository.directory(), Map.of(), List.of(program.toString(), text.toString()));
            assertThat(counted.out().lines().findFirst().orElse(counted.all()))
                    .contains("3")
                    .contains("to");
        }
    }

    @Test
    void nothingRunsAgainUntilSomethingChanges() throws IOException {
        var first = FARM.build(repository);
        assertThat(first.at("/state").asText()).as(first.toPrettyString()).isEqualTo("succeeded");

        assertThat(run(FARM.build(repository))).isEmpty();

        Files.writeString(repository.path("README.md"), "Another text\n");
        repository.commit("Change what only the archive contains");
        assertThat(run(FARM.build(repository))).containsExactly("dist[mode=release]", "dist[mode=debug]");

        Files.writeString(repository.path("test/poem.txt"), Files.readString(repository.path("test/poem.txt")));
        repository.commit("Change nothing");
        assertThat(run(FARM.build(repository))).isEmpty();
    }

    /// Returns the names of the tasks that were not known already.
    private static List<String> run(JsonNode build) {
        return build.get("tasks")
                .valueStream()
                .filter(task -> !task.get("cached").asBoolean())
                .map(task -> task.get("task").asText())
                .toList();
    }
}
