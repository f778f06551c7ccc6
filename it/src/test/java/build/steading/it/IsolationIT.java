// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Builds and the user's working tree have nothing to do with one another.
class IsolationIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private Repository repository;
    private Path out;

    @BeforeEach
    void begin() throws IOException {
        repository = FARM.repository("isolation");
        out = FARM.directory("out");
    }

    @Test
    void buildLeavesWorkingTreeAndRepositoryByteForByteAsTheyWere() throws IOException {
        dirty();
        var before = everything();

        FARM.ok(repository, "build", "--out", out.toString());

        assertThat(out.resolve("copy")).hasContent("committed");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void buildOfUncommittedChangesLeavesEverythingAsItWasToo() throws IOException {
        dirty();
        var before = everything();

        FARM.ok(repository, "build", "--wip", "--out", out.toString());

        assertThat(out.resolve("copy")).hasContent("edited");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void uncommittedChangesAreFlaggedWhereverTheBuildIsShown() throws IOException {
        dirty();

        var built = FARM.ok(repository, "build", "--wip");
        var listed = FARM.ok(repository, "builds", "-n", "1");

        assertThat(built.out()).contains("with uncommitted changes");
        assertThat(listed.out()).contains("main+wip");
        assertThat(repository.path("build/steading/main+wip/copy")).hasContent("edited");
        assertThat(FARM.build(repository, "--wip").get("uncommitted").asBoolean())
                .isTrue();
        assertThat(FARM.build(repository).get("uncommitted").asBoolean()).isFalse();
    }

    /// Commits something, then changes it in the working tree, in the index, and beside both.
    private void dirty() throws IOException {
        repository.write("steading.yaml", """
            project: copy
            tasks:
              copy: {run: cp file copy, outputs: [copy]}
            """);
        repository.write("file", "committed").write("staged", "1").commit("Begin");
        repository.write("staged", "2").git("add", "staged");
        repository.write("file", "edited").write("untracked", "x");
    }

    /// Returns what there is below the repository's directory: type, time of the last change, content.
    private Map<String, String> everything() throws IOException {
        var found = new TreeMap<String, String>();
        try (var all = Files.walk(repository.directory())) {
            for (var path : all.toList()) {
                var content = Files.isRegularFile(path) ? Files.readString(path, StandardCharsets.ISO_8859_1) : "";
                var state = Files.readAttributes(path, "posix:permissions,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                found.put(path.toString(), new TreeMap<>(state) + content);
            }
        }
        return found;
    }

    @Test
    void editsSwitchesAndDeletionDuringABuildChangeNothing() throws IOException {
        var gate = Gate.in(FARM.directory("gate"));
        repository.write("steading.yaml", """
            project: slow
            tasks:
              first: {run: "%s; cat file > first", inputs: [file], outputs: [first]}
              second: {run: "cat first file late > second", needs: [first], outputs: [second]}
            """.formatted(gate.script()));
        repository.write("file", "old,").write("late", "late").commit("Begin");
        repository.git("branch", "other");

        var build = FARM.detached(repository, "--out", out.toString());
        FARM.awaitPrinted(build, "ready");
        repository.write("file", "new,").commit("Change");
        repository.git("checkout", "-q", "other");
        Program.run(out, Map.of(), List.of("rm", "-r", repository.directory().toString()));
        gate.open();

        assertThat(FARM.run(out, "attach", build).exitCode()).isZero();
        assertThat(out.resolve("second")).hasContent("old,old,late");
    }

    @Test
    void branchesBuiltAtTheSameTimeHaveEachTheirOwnContent() throws IOException {
        repository.write("steading.yaml", """
            project: meeting
            tasks:
              meet: {run: "sleep 0.3; cp file made", outputs: [made]}
            """);
        for (var branch : new String[] {"one", "two", "three"}) {
            repository.git("checkout", "-q", "-b", branch);
            repository.write("file", branch).commit(branch);
        }

        FARM.ok(repository, "build", "one", "two", "three", "--out", out.toString());

        for (var branch : new String[] {"one", "two", "three"}) {
            assertThat(out.resolve(branch).resolve("made")).hasContent(branch);
        }
    }

    @Test
    void equalRequestsShareOneBuild() throws IOException {
        var gate = Gate.in(FARM.directory("gate"));
        repository.write("steading.yaml", """
            project: shared
            tasks:
              t: {run: "%s; echo made > made", outputs: [made]}
            """.formatted(gate.script()));
        repository.commit("Begin");

        var first = FARM.detached(repository, "--out", out.resolve("1").toString());
        var second = FARM.detached(repository, "--out", out.resolve("2").toString());
        gate.open();
        FARM.ok(repository, "attach", first);

        assertThat(second).isEqualTo(first);
        assertThat(out.resolve("1/made")).hasContent("made");
        assertThat(out.resolve("2/made")).hasContent("made");
    }
}
