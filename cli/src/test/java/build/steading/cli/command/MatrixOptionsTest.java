// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.cli.command.MatrixOptions.Chosen;
import build.steading.project.Project;
import build.steading.project.ProjectFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

class MatrixOptionsTest {
    private static final Project PROJECT = ProjectFile.parse("steading.yaml", """
        project: p
        options:
          opt: {values: [O1, O2, O3], default: O2}
          gc: {values: [ref, mark]}
          jit: {type: bool}
          label: {type: string}
        matrix: {cc: [gcc, clang, tcc]}
        tasks: {t: {run: "make ${matrix.cc}"}}
        """);

    @TempDir
    private Path directory;

    @CommandLine.Command
    private static final class Holder {
        @Mixin
        private MatrixOptions matrix;

        @Parameters
        private List<String> names = List.of();
    }

    private Chosen choose(Map<String, String> given, String... arguments) {
        return parse(arguments).matrix.choose(PROJECT, given, Consoles.in(directory, Map.of()));
    }

    private List<String> labels(String... arguments) {
        return choose(Map.of(), arguments).combinations().stream()
                .map(Combination::label)
                .toList();
    }

    private static Holder parse(String... arguments) {
        var holder = new Holder();
        new CommandLine(holder).parseArgs(arguments);
        return holder;
    }

    @Test
    void withoutMatrixThereIsOneBuildOfEverything() {
        assertThat(choose(Map.of())).isEqualTo(new Chosen(Map.of(), List.of()));
    }

    @Test
    void matrixAloneTakesAllOptionsThatHaveAListOfValues() {
        assertThat(labels("--matrix"))
                .containsExactly(
                        "opt=O1,gc=ref",
                        "opt=O1,gc=mark",
                        "opt=O2,gc=ref",
                        "opt=O2,gc=mark",
                        "opt=O3,gc=ref",
                        "opt=O3,gc=mark");
    }

    @Test
    void matrixAloneLeavesToOptionWhatItSays() {
        assertThat(choose(Map.of("opt", "O3"), "--matrix").combinations())
                .extracting(Combination::label)
                .containsExactly("gc=ref", "gc=mark");
    }

    @Test
    void namedOptionsMakeTheirProduct() {
        assertThat(labels("--matrix", "opt=O2,O3", "--matrix=jit=yes,no"))
                .containsExactly("opt=O2,jit=true", "opt=O2,jit=false", "opt=O3,jit=true", "opt=O3,jit=false");
        assertThat(labels("-mopt=O2, O2")).containsExactly("opt=O2");
    }

    @Test
    void namedOptionsAndAllOthersMayBeAskedForTogether() {
        assertThat(labels("--matrix", "gc=ref", "--matrix"))
                .containsExactly("gc=ref,opt=O1", "gc=ref,opt=O2", "gc=ref,opt=O3");
    }

    @Test
    void axisOfTheProjectsMatrixIsRestricted() {
        assertThat(choose(Map.of(), "-m", "cc=gcc")).isEqualTo(new Chosen(Map.of("cc", "gcc"), List.of()));
        assertThat(choose(Map.of(), "-m", "cc=gcc,clang").axes()).isEqualTo(Map.of("cc", "clang,gcc"));
        assertThat(choose(Map.of(), "-m", "cc=clang,gcc").axes()).isEqualTo(Map.of("cc", "clang,gcc"));
    }

    @Test
    void wordAfterMatrixThatGivesNoValueIsNotItsOwn() {
        assertThat(parse("--matrix", "main").names).containsExactly("main");
        assertThat(parse("--matrix", "compile[cc=gcc]").names).containsExactly("compile[cc=gcc]");
        assertThat(parse("-m", "opt=O2", "main").names).containsExactly("main");
    }

    @Test
    void fileSaysTheSameLineByLine() throws IOException {
        Files.writeString(directory.resolve("options.txt"), "# chosen\n\nopt: O1, O3\ncc: gcc\n");

        var chosen = choose(Map.of(), "--matrix-file", "options.txt", "-m", "opt=O2");

        assertThat(chosen.axes()).isEqualTo(Map.of("cc", "gcc"));
        assertThat(chosen.combinations()).extracting(Combination::label).containsExactly("opt=O2");
        assertThat(labels("--matrix-file", "options.txt")).containsExactly("opt=O1", "opt=O3");
    }

    @Test
    void errorsInTheFileHaveTheirPlace() throws IOException {
        Files.writeString(directory.resolve("options.txt"), "opt: O1\nnonsense\n");
        assertThatThrownBy(() -> labels("--matrix-file", "options.txt"))
                .hasMessage("Found `nonsense` in `options.txt:2`, allowed is `NAME: VALUE, VALUE`");
        Files.writeString(directory.resolve("options.txt"), "opt: O1\nopt: O2\n");
        assertThatThrownBy(() -> labels("--matrix-file", "options.txt"))
                .hasMessage("Found `opt` a second time in `options.txt:2`");
        assertThatThrownBy(() -> labels("--matrix-file", "none")).hasMessageContaining("none` cannot be read");
    }

    @Test
    void wrongNamesAndValuesAreRefusedWithWhatIsAllowed() {
        assertThatThrownBy(() -> labels("-m", "optt=O2"))
                .hasMessage(
                        "`optt` is neither an option of `p` nor an axis of its matrix; there are `opt`, `gc`, `jit`,"
                                + " `label`, `cc`; did you mean `opt`?");
        assertThatThrownBy(() -> labels("-m", "opt=O9")).hasMessageContaining("allowed is one of `O1`, `O2`, `O3`");
        assertThatThrownBy(() -> labels("-m", "opt=O1,")).hasMessageContaining("empty value");
        assertThatThrownBy(() -> choose(Map.of("opt", "O1"), "-m", "opt=O2,O3"))
                .hasMessage("Option `opt` has one value by `--option` and several by `--matrix`");
    }

    @Test
    void matrixOfAProjectWithoutChoicesIsRefused() {
        var plain = ProjectFile.parse("steading.yaml", "project: plain\ntasks: {t: {run: make}}\n");

        assertThatThrownBy(() -> parse("--matrix").matrix.choose(plain, Map.of(), Consoles.in(directory, Map.of())))
                .hasMessageContaining("`plain` has no such option");
    }

    @Test
    void numbersOfCombinationsAreBounded() {
        var values = new StringBuilder("label=x");
        for (var i = 0; i < 1000; i++) {
            values.append(",v").append(i);
        }

        assertThatThrownBy(() -> labels("-m", values.toString()))
                .hasMessage("There are 1001 combinations of `label`; at most 1000 are built at once");
        assertThat(parse("--at-most", "1").matrix.atMost()).isEqualTo(1);
        assertThatThrownBy(() -> parse("--at-most", "0").matrix.atMost()).hasMessageContaining("1 to 1000");
    }

    @Test
    void combinationNamesADirectoryOfItsOwn() {
        assertThat(choose(Map.of(), "-m", "opt=O3", "-m", "jit=on")
                        .combinations()
                        .getFirst()
                        .directoryName())
                .isEqualTo("opt=O3,jit=true");
        var awkward = choose(Map.of(), "-m", "label=a/b,a_b").combinations().stream()
                .map(Combination::directoryName)
                .toList();
        assertThat(awkward)
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(name).doesNotContain("/"));
        assertThat(awkward.getLast()).isEqualTo("label=a_b");
        var lengthy = choose(Map.of(), "-m", "label=" + "x".repeat(400)).combinations();
        assertThat(lengthy.getFirst().directoryName().length()).isLessThan(200);
    }
}
