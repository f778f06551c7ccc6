// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.it.Program.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Mistakes get a message that says what was found and what is allowed, the right exit code, and leave nothing
/// behind.
class BadInputIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("bad");
    }

    /// Builds a project of this text.
    private Result build(String project, String... arguments) throws IOException {
        repository.write("steading.yaml", project).commit("Begin");
        var all = new ArrayList<>(List.of("build"));
        all.addAll(List.of(arguments));
        return FARM.run(repository, all.toArray(String[]::new));
    }

    /// Expects that no build was begun, nor a directory for its artifacts made.
    private void refused(Result result, int exitCode, String... words) {
        assertThat(result.exitCode()).as(result.all()).isEqualTo(exitCode);
        assertThat(result.err()).contains(words).doesNotContain("Exception", "\tat ");
        assertThat(result.out()).isEmpty();
        assertThat(FARM.json(repository, "builds", "--json")).isEmpty();
        assertThat(repository.path("build")).doesNotExist();
    }

    private void invalid(String project, String... words) throws IOException {
        refused(build(project), 2, words);
    }

    private static String task(String fields) {
        return "project: p\ntasks:\n  t: {run: \"true\", " + fields + "}\n";
    }

    @Test
    void directoryOutsideOfAnyRepositoryIsSaidToBe() {
        var result = FARM.run(Path.of("/"), "build");

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("`/` is not inside a git repository");
    }

    @Test
    void repositoryWithoutACommitHasNothingToBuild() {
        refused(FARM.run(repository, "build"), 3, "commit");
    }

    @Test
    void repositoryWithoutAProjectSaysWhatToDo() throws IOException {
        repository.write("x", "").commit("Begin");

        refused(FARM.run(repository, "build"), 3, "steading.yaml");
    }

    @Test
    void unknownRevisionIsAnsweredWithSimilarOnes() throws IOException {
        repository.write("steading.yaml", task("inputs: []")).commit("Begin");
        repository.git("branch", "feature");

        refused(FARM.run(repository, "build", "featrue"), 3, "`featrue`", "`feature`");
    }

    @Test
    void unknownBuildIsSaidToBe() {
        for (var command : List.of("show", "attach", "log", "artifacts", "cancel", "retry")) {
            var result = FARM.run(repository, command, "99999");
            assertThat(result.exitCode()).as(command).isEqualTo(3);
            assertThat(result.err()).contains("There is no build 99999");
        }
    }

    @Test
    void unknownCommandAndSwitchAreUsageErrors() {
        assertThat(FARM.run(repository, "biuld").err()).contains("`biuld`", "build");
        assertThat(FARM.run(repository, "biuld").exitCode()).isEqualTo(2);
        assertThat(FARM.run(repository, "build", "--nope").exitCode()).isEqualTo(2);
        assertThat(FARM.run(repository, "show", "x").exitCode()).isEqualTo(2);
        assertThat(FARM.run(repository, "build", "--output", "x").exitCode()).isEqualTo(2);
    }

    @Test
    void emptyFileLacksWhatIsNeeded() throws IOException {
        invalid("", "project");
    }

    @Test
    void allErrorsOfAFileAreNamedWithTheirLines() throws IOException {
        invalid("""
            project: p
            opitons: {}
            tasks:
              a: {run: "true", timeout: never}
              b: {run: "true", inptus: []}
            """, "steading.yaml:2:1", "did you mean `options`", "steading.yaml:4:", "steading.yaml:5:", "`inputs`");
    }

    @Test
    void brokenYamlIsLocated() throws IOException {
        invalid("project: [p\ntasks: }\n", "steading.yaml:2:");
    }

    @Test
    void circleOfNeedsIsSpelledOut() throws IOException {
        invalid("""
            project: p
            tasks:
              a: {run: "true", needs: [b]}
              b: {run: "true", needs: [a]}
            """, "circle", "`a` needs `b` needs `a`");
    }

    @Test
    void unknownOptionOrValueIsAnsweredWithWhatThereIs() throws IOException {
        var project = """
            project: p
            options:
              opt: {values: [O2, O3]}
            tasks:
              t: {run: "echo ${options.opt}"}
            """;
        refused(build(project, "-o", "opt=O9"), 2, "`O9`", "`O2`", "`O3`");
        refused(FARM.run(repository, "build", "-o", "otp=O2"), 2, "`otp`", "`opt`");
        refused(FARM.run(repository, "build", "-m", "mode=x"), 2, "`mode`");
        refused(FARM.run(repository, "build", "-t", "tset"), 3, "`tset`", "`t`");
    }

    @Test
    void outputsOutsideOfTheProjectAreRefused() throws IOException {
        invalid(task("outputs: [/etc/passwd]"), "`/etc/passwd`", "steading.yaml:3:");
        invalid(task("outputs: [../x]"), "`../x`");
        invalid(task("outputs: [a/../../x]"), "`a/../../x`");
        invalid(task("directory: ../x"), "`../x`");
    }

    @Test
    void collidingOutputsAreRefused() throws IOException {
        invalid("""
            project: p
            tasks:
              a: {run: "true", outputs: [out]}
              b: {run: "true", outputs: [out/b]}
            """, "`out`", "`out/b`");
    }

    @Test
    void missingOutputFailsTheTask() throws IOException {
        var result = build(task("outputs: [made]"));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).contains("It did not make its output `made`");
    }

    @Test
    void artifactsThatCannotBeWrittenAreRefusedBeforeAnythingRuns() throws IOException {
        repository.write("file", "");
        var result = build(task("inputs: []"), "--out", "file/below");

        refused(result, 2, "file/below`: Not a directory", "--out");
    }

    @Test
    void readOnlyRepositoryIsBuiltElsewhere() throws IOException {
        Required.root();
        repository
                .write("steading.yaml", "project: p\ntasks:\n  t: {run: echo x > made, outputs: [made]}\n")
                .commit("Begin");
        var directory = repository.directory().toString();
        var mounted = shell(
                "mount --bind '%s' '%s' && mount -o remount,bind,ro '%s'".formatted(directory, directory, directory));
        try {
            Required.that(mounted.exitCode() == 0, "No read-only mount: " + mounted.err());
            var out = FARM.directory("out");

            refused(FARM.run(repository, "build"), 2, "Read-only file system", "--out");
            FARM.ok(repository, "build", "--out", out.toString());
            assertThat(out.resolve("made")).hasContent("x");
        } finally {
            shell("umount -l '%s'".formatted(directory));
        }
    }

    private static Result shell(String script) {
        return Program.run(Path.of("/"), Map.of(), List.of("/bin/sh", "-c", script));
    }
}
