// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builds that stand in for others, and many builds at once.
class ChoicesIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private static final String PROJECT = """
        project: choices
        options:
          opt: {values: [O2, O3]}
          jit: {type: bool}
        matrix: {cc: [gcc, clang, tcc]}
        tasks:
          note: {run: "cp file note", outputs: [note]}
          make:
            run: "test ${options.opt}${options.jit} != O3true && echo ${options.opt} ${options.jit} ${matrix.cc} > made"
            outputs: [made]
        """;

    private Repository repository;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("choices");
        repository.write("steading.yaml", PROJECT).write("file", "1").commit("One");
    }

    @Test
    void newestBuildOfARangeAnswersAtOnce() throws IOException {
        repository.write("file", "2").commit("Two");
        var second = FARM.build(repository, "note").get("build").asText();
        repository.write("file", "3").commit("Three");

        var answered = FARM.ok(repository, "build", "note", "--range", "HEAD~2..main");
        var outside = FARM.build(repository, "note", "--range", "HEAD~1..");

        assertThat(answered.err()).contains("Build " + second + " of `main`", "is already available");
        assertThat(outside.get("build").asText()).isNotEqualTo(second);
        assertThat(repository.path("build/steading/main/note")).hasContent("3");
        FARM.ok(repository, "build", "note", "--range", "HEAD~1^..HEAD~1", "--out", "older");
        assertThat(repository.path("older/note")).hasContent("2");
        assertThat(FARM.run(repository, "build", "--range", "main..main").exitCode())
                .isEqualTo(2);
        assertThat(FARM.run(repository, "build", "main", "--range", "main~1..main")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void everyCombinationIsBuiltAndOneTableSaysWhatBecameOfIt() throws IOException {
        var result = FARM.run(
                repository, "build", "make", "--matrix", "opt=O2,O3", "--matrix", "jit=true,false", "-m", "cc=gcc,tcc");

        assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
        assertThat(result.out().lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("combination"),
                        line -> assertThat(line).startsWith("opt=O2,jit=true ").contains(" succeeded "),
                        line -> assertThat(line).startsWith("opt=O2,jit=false").contains(" succeeded "),
                        line -> assertThat(line).startsWith("opt=O3,jit=true ").contains(" failed ", "steading log "),
                        line -> assertThat(line).startsWith("opt=O3,jit=false").endsWith("opt=O3,jit=false"));
        var made = repository.path("build/steading/main/opt=O3,jit=false");
        assertThat(made.resolve("cc=gcc/made")).hasContent("O3 false gcc\n");
        assertThat(made.resolve("cc=tcc/made")).hasContent("O3 false tcc\n");
        assertThat(made.resolve("cc=clang")).doesNotExist();
    }

    @Test
    void matrixIsOneArrayForPrograms() {
        var array = FARM.json(repository, "build", "make", "--matrix", "--at-most", "1", "--json", "-m", "cc=gcc");

        assertThat(array).hasSize(2);
        assertThat(array.at("/0/combination/opt").asText()).isEqualTo("O2");
        assertThat(array.at("/1/state").asText()).isEqualTo("succeeded");
        assertThat(array.at("/1/out").asText()).endsWith("build/steading/main/opt=O3");
    }

    @Test
    void requestChoosesItsWorkers() {
        var here = FARM.build(repository, "note", "--on", "os == \"linux\" && cores >= 1");
        var nowhere = FARM.ok(repository, "build", "note", "--on", "gpu == \"h100\"", "--detach")
                .out()
                .strip();
        var wrong = FARM.run(repository, "build", "note", "--on", "os = \"linux\"");

        assertThat(here.get("on").asText()).isEqualTo("os == \"linux\" && cores >= 1");
        await().atMost(Program.PATIENCE)
                .until(() -> FARM.run(repository, "why", nowhere).out().contains("`gpu`"));
        FARM.ok(repository, "cancel", nowhere);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("`os = \"linux\"`", "line 1, column 4");
    }

    @Test
    void priorityAndRequesterGoWithTheRequest() {
        var build = FARM.build(repository, "note", "--priority", "bulk");

        assertThat(build.at("/requests/0/priority").asText()).isEqualTo("bulk");
    }
}
