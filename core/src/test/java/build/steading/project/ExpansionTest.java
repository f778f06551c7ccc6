// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.Requirement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpansionTest {
    private static final Project PROJECT = ProjectFile.parse("f", """
        project: demo
        requires: os == "linux"
        options:
          opt: {values: [O2, O3]}
          suffix: {type: string}
        matrix:
          cc: [gcc, clang]
          mode: [debug, release]
          include: [{mode: release, flags: -DNDEBUG -s}]
        environment: {B: project, A: project}
        tasks:
          test:
            needs: [compile, headers]
            run: ./run-tests "$HOME" ${name:-x} $${kept}
            inputs: [test]
          compile:
            run: make -j${slots} CC=${matrix.cc} CFLAGS="-${options.opt} ${matrix.flags}"
            environment: {A: "task of ${project}"}
            requires: '"${matrix.cc}" in tools'
            outputs: ["bin${options.suffix}"]
            cache: ["obj/${matrix.cc}"]
          headers:
            run: [cp, "${slots_}", "${matrix.mode}"]
            outputs: [include]
          lint: {run: lint}
        """);

    @Test
    void taskRunsForEveryCombinationOfTheAxesThatItOrItsNeedsReferTo() {
        assertThat(ids(Map.of(), List.of()))
                .containsExactly(
                        "compile[cc=gcc,mode=debug]",
                        "compile[cc=gcc,mode=release]",
                        "compile[cc=clang,mode=debug]",
                        "compile[cc=clang,mode=release]",
                        "headers[mode=debug]",
                        "headers[mode=release]",
                        "test[cc=gcc,mode=debug]",
                        "test[cc=gcc,mode=release]",
                        "test[cc=clang,mode=debug]",
                        "test[cc=clang,mode=release]",
                        "lint");
    }

    @Test
    void instanceNeedsThoseThatAgreeWithItOnTheirAxes() {
        assertThat(instance("test[cc=clang,mode=debug]").needs())
                .containsExactly("compile[cc=clang,mode=debug]", "headers[mode=debug]");
    }

    @Test
    void referencesAreReplaced() {
        var compile = instance("compile[cc=gcc,mode=release]");
        assertThat(compile.command())
                .containsExactly(
                        "/bin/sh", "-e", "-c", "make -j${STEADING_SLOTS:-1} CC=gcc CFLAGS=\"-O2 -DNDEBUG -s\"");
        assertThat(compile.cache()).containsExactly("obj/gcc");
        assertThat(compile.combination().toString()).isEqualTo("{cc=gcc, mode=release}");
    }

    @Test
    void valueThatACombinationLacksIsEmpty() {
        assertThat(instance("compile[cc=gcc,mode=debug]").command().getLast()).endsWith("\"-O2 \"");
    }

    @Test
    void variablesOfTheShellAreLeftAlone() {
        assertThat(instance("test[cc=gcc,mode=debug]").command().getLast())
                .isEqualTo("./run-tests \"$HOME\" ${name:-x} ${kept}");
        assertThat(instance("headers[mode=debug]").command()).containsExactly("cp", "${slots_}", "debug");
    }

    @Test
    void ownEnvironmentCountsMoreAndIsSorted() {
        assertThat(instance("compile[cc=gcc,mode=debug]").environment())
                .containsExactly(Map.entry("A", "task of demo"), Map.entry("B", "project"));
    }

    @Test
    void requirementOfProjectAndTaskMustBothHold() {
        assertThat(instance("compile[cc=gcc,mode=debug]").requirement())
                .isEqualTo(Requirement.parse("(os == \"linux\") && (\"gcc\" in tools)"));
        assertThat(instance("lint").requirement()).isEqualTo(Requirement.parse("os == \"linux\""));
    }

    @Test
    void requestBringsAlongWhatItNeeds() {
        assertThat(ids(Map.of("cc", "gcc"), List.of("headers")))
                .containsExactly("headers[mode=debug]", "headers[mode=release]");
        assertThat(ids(Map.of(), List.of("test[mode=debug,cc=gcc]")))
                .containsExactly("compile[cc=gcc,mode=debug]", "headers[mode=debug]", "test[cc=gcc,mode=debug]");
        assertThat(ids(Map.of("mode", "debug"), List.of("test[cc=gcc]", "lint")))
                .containsExactly(
                        "compile[cc=gcc,mode=debug]", "headers[mode=debug]", "test[cc=gcc,mode=debug]", "lint");
    }

    @Test
    void unknownTaskIsNotFound() {
        assertNotFound(
                "tset", "Found no task `tset`, there are `test`, `compile`, `headers`, `lint`; did you mean `test`?");
        assertNotFound(
                "headers[mode=debgu]",
                "Found no task `headers[mode=debgu]`, there are `headers[mode=debug]`, `headers[mode=release]`; did"
                        + " you mean `headers[mode=debug]`?");
        assertNotFound("lint[cc=gcc]", "Found no task `lint[cc=gcc]`, there are `lint`");
        assertNotFound("compile[", "Found no task `compile[`, there are `compile[cc=gcc,mode=debug]`");
    }

    @Test
    void optionsThatLeadToWrongPathsAreRefused() {
        assertThatThrownBy(() -> PROJECT.expand(Map.of("suffix", "/../../etc"), Map.of(), List.of()))
                .hasMessageStartingWith(
                        "Task `compile`: Pattern `bin/../../etc` has the name `..`, but it may not lead out");
    }

    @Test
    void optionsThatLeadToCollisionsAreRefused() {
        var project = ProjectFile.parse("f", """
            project: p
            options: {name: {type: string, default: a}}
            tasks:
              x: {run: x, outputs: [b]}
              y: {run: x, outputs: ["${options.name}"]}
            """);
        assertThatThrownBy(() -> project.expand(Map.of("name", "b/c"), Map.of(), List.of()))
                .hasMessageStartingWith("Task `y`: Output `b/c` collides with `b` of task `x`");
    }

    @Test
    void valuesInPatternsAndRequirementsStandForThemselves() {
        var project = ProjectFile.parse("f", """
            project: p
            options: {v: {type: string, default: '*'}}
            tasks:
              x: {run: x, outputs: ["a${options.v}"], requires: 'os == "${options.v}"'}
            """);
        var instance = project.expand(Map.of("v", "*\" || true || \""), Map.of(), List.of())
                .getFirst();
        assertThat(instance.outputs()).containsExactly("a\\*\" || true || \"");
        assertThat(instance.requirement().expression()).isEqualTo("os == \"*\\\" || true || \\\"\"");
    }

    @Test
    void artifactsAreWhatNoOtherTaskOfTheBuildNeeds() {
        var all = PROJECT.expand(Map.of(), Map.of(), List.of());
        assertThat(PROJECT.artifactRules(all)).isEmpty();

        var some = PROJECT.expand(Map.of(), Map.of("mode", "debug"), List.of("compile"));
        var rules = PROJECT.artifactRules(some);
        assertThat(rules)
                .extracting(ArtifactRule::instance, ArtifactRule::directory)
                .containsExactly(
                        tuple("compile[cc=gcc,mode=debug]", "cc=gcc,mode=debug"),
                        tuple("compile[cc=clang,mode=debug]", "cc=clang,mode=debug"));
        assertThat(rules.getFirst().destination("bin")).contains("cc=gcc,mode=debug/bin");
    }

    @Test
    void chosenArtifactsGoWhereTheirPathSays() {
        var project = ProjectFile.parse("f", """
            project: p
            tasks:
              a: {run: x, outputs: [build, tools]}
              b: {run: x, needs: [a], outputs: [log]}
            artifacts: [a/build/*.so, "a/tools/{x,y}"]
            """);
        var rules = project.artifactRules(project.expand(Map.of(), Map.of(), List.of()));
        assertThat(rules).singleElement().satisfies(rule -> {
            assertThat(rule.instance()).isEqualTo("a");
            assertThat(rule.destination("build/a.so")).contains("build/a.so");
            assertThat(rule.destination("tools/y")).contains("tools/y");
            assertThat(rule.destination("build/a.o")).isEmpty();
        });
    }

    @Test
    void sameRequestGivesTheSameInstances() {
        assertThat(PROJECT.expand(Map.of(), Map.of(), List.of()))
                .isEqualTo(PROJECT.expand(Map.of(), Map.of(), List.of()));
    }

    @Test
    void tasksAndMatrixMayMakeFiveThousandInstances() {
        var file = new StringBuilder("project: p\nmatrix: {a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}\ntasks:\n");
        for (var i = 0; i < 500; i++) {
            file.append("  t%d: {run: \"${matrix.a}\"}%n".formatted(i));
        }
        assertThat(ProjectFile.parse("f", file.toString()).expand(Map.of(), Map.of(), List.of()))
                .hasSize(5000);
        assertThatThrownBy(() -> ProjectFile.parse("f", file.toString().replace("9]", "9, 10]")))
                .hasMessage("f:3:1: Found more than 5000 combinations of tasks and matrix");
    }

    private static List<String> ids(Map<String, String> axes, List<String> requested) {
        return PROJECT.expand(Map.of(), axes, requested).stream()
                .map(TaskInstance::id)
                .toList();
    }

    private static TaskInstance instance(String id) {
        return PROJECT.expand(Map.of(), Map.of(), List.of()).stream()
                .filter(instance -> instance.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void assertNotFound(String task, String message) {
        assertThatThrownBy(() -> PROJECT.expand(Map.of(), Map.of(), List.of(task)))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.NotFound.class))
                .hasMessageStartingWith(message);
    }
}
