// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What can be asked for: revisions, tasks, options, parts of the matrix; and what may be in a repository.
class RevisionsIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private static final String COPY = """
        project: copy
        tasks:
          copy: {run: cp file copy, outputs: [copy]}
        """;

    private Repository repository;
    private Path out;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("revisions");
        out = FARM.directory("out");
    }

    @Test
    void everyWayToNameACommitIsUnderstood() throws IOException {
        repository.write("steading.yaml", COPY).write("file", "1");
        var first = repository.commit("One");
        repository.git("tag", "-a", "-m", "Tag", "v1");
        repository.write("file", "2").commit("Two");
        repository.git("tag", "light");
        repository.write("file", "3").commit("Three");

        assertThat(built("v1")).isEqualTo("1");
        assertThat(built("HEAD~2")).isEqualTo("1");
        assertThat(built(first.substring(0, 9))).isEqualTo("1");
        assertThat(built(first)).isEqualTo("1");
        assertThat(built("light")).isEqualTo("2");
        assertThat(built("refs/heads/main")).isEqualTo("3");
    }

    private String built(String revision) throws IOException {
        FARM.ok(repository, "build", revision, "--out", out.toString());
        return Files.readString(out.resolve("copy"));
    }

    @Test
    void detachedHeadIsBuilt() throws IOException {
        repository.write("steading.yaml", COPY).write("file", "1").commit("One");
        repository.git("checkout", "-q", "--detach");

        FARM.ok(repository, "build", "--out", out.toString());

        assertThat(out.resolve("copy")).hasContent("1");
    }

    @Test
    void linkedWorktreeAndBareRepositoryAreRepositoriesToo() throws IOException {
        repository.write("steading.yaml", COPY).write("file", "1").commit("One");
        repository.git("branch", "side");
        var linked = FARM.directory("linked");
        repository.git("worktree", "add", "-q", linked.toString(), "side");
        var bare = FARM.directory("bare");
        repository.git("clone", "-q", "--bare", ".", bare.toString());

        FARM.ok(new Repository(linked), "build", "--out", out.resolve("linked").toString());
        FARM.ok(
                new Repository(bare),
                "build",
                "main",
                "--out",
                out.resolve("bare").toString());

        assertThat(out.resolve("linked/copy")).hasContent("1");
        assertThat(out.resolve("bare/copy")).hasContent("1");
    }

    @Test
    void projectBelowTheTopIsFoundFromWithin() throws IOException {
        repository.write("a/project/steading.yaml", COPY).write("a/project/file", "below");
        repository.write("a/project/src/deep/x", "").commit("Begin");

        FARM.ok(new Repository(repository.path("a/project/src/deep")), "build");
        FARM.ok(repository, "build", "-p", "a/project", "--out", out.toString());

        assertThat(repository.path("a/project/build/steading/main/copy")).hasContent("below");
        assertThat(out.resolve("copy")).hasContent("below");
    }

    @Test
    void optionsMatrixAndTasksSelectWhatIsBuilt() throws IOException {
        repository.write("steading.yaml", """
            project: choice
            options:
              opt: {values: [O2, O3]}
            matrix:
              mode: [debug, release]
            tasks:
              make: {run: "echo ${matrix.mode} ${options.opt} > made", outputs: [made]}
              other: {run: "echo other > other", outputs: [other]}
            """);
        repository.commit("Begin");

        FARM.ok(repository, "build", "make", "-m", "mode=debug", "-o", "opt=O3", "--out", out.toString());

        assertThat(out.resolve("mode=debug/made")).hasContent("debug O3\n");
        assertThat(out.resolve("mode=release")).doesNotExist();
        assertThat(out.resolve("other")).doesNotExist();
        FARM.ok(repository, "build", "make[mode=release]", "other", "--out", out.toString());
        assertThat(out.resolve("mode=release/made")).hasContent("release O2\n");
        assertThat(out.resolve("other")).hasContent("other\n");
        assertThat(out.resolve("mode=debug"))
                .as("what an earlier build delivered")
                .doesNotExist();
    }

    @Test
    void sourcesWithoutAProjectFileAreBuiltByACommand() throws IOException {
        repository.write("file", "plain").commit("Begin");

        FARM.ok(
                repository,
                "build",
                "--run",
                "mkdir html && cp file html/",
                "--output",
                "html",
                "--out",
                out.toString());

        assertThat(out.resolve("html/file")).hasContent("plain");
    }

    @Test
    void linksModesAndNamesOfAllKindsComeThroughAWholeBuild() throws IOException {
        repository.write("steading.yaml", """
            project: kinds
            tasks:
              first:
                run: |
                  ./run.sh > ran
                  mkdir -p 'out/Käse 日本 🧀'
                  cp -a run.sh link 'Grüße.txt' 'out/Käse 日本 🧀/'
                  ln -s nowhere out/dangling
                outputs: [out/, ran]
              second:
                needs: [first]
                run: "'out/Käse 日本 🧀/run.sh' > out2"
                inputs: []
                outputs: [out2]
            artifacts: [first, second]
            """);
        repository.write("run.sh", "#!/bin/sh\necho ran\n").executable("run.sh");
        repository.write("Grüße.txt", "hallo");
        Files.createSymbolicLink(repository.path("link"), Path.of("Grüße.txt"));
        repository.commit("Begin");

        FARM.ok(repository, "build", "--out", out.toString());

        var made = out.resolve("out/Käse 日本 🧀");
        assertThat(made.resolve("Grüße.txt")).hasContent("hallo");
        assertThat(made.resolve("Grüße.txt").toFile().canExecute()).isFalse();
        assertThat(made.resolve("run.sh")).isExecutable();
        assertThat(Files.readSymbolicLink(made.resolve("link"))).hasToString("Grüße.txt");
        assertThat(Files.readSymbolicLink(out.resolve("out/dangling"))).hasToString("nowhere");
        assertThat(out.resolve("ran")).hasContent("ran\n");
        assertThat(out.resolve("out2")).hasContent("ran\n");
    }

    @Test
    void submoduleIsPartOfTheSources() throws IOException {
        var library = FARM.repository("library");
        library.write("lib/file", "from the submodule").commit("Library");
        repository.git("submodule", "--quiet", "add", library.directory().toString(), "third party");
        repository.write("steading.yaml", """
            project: outer
            tasks:
              copy: {run: "cp 'third party/lib/file' copy", outputs: [copy]}
            """);
        repository.commit("Begin");

        FARM.ok(repository, "build", "--out", out.toString());

        assertThat(out.resolve("copy")).hasContent("from the submodule");
    }
}
