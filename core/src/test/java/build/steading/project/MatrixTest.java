// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MatrixTest {
    @Test
    void lastAxisChangesFastest() {
        assertThat(combinations("{os: [l, m], cc: [g, c]}"))
                .containsExactly("os=l,cc=g", "os=l,cc=c", "os=m,cc=g", "os=m,cc=c");
    }

    @Test
    void excludeTakesAwayWhatAgreesInPart() {
        assertThat(combinations("{os: [l, m], cc: [g, c], exclude: [{os: m}, {cc: g, os: l}]}"))
                .containsExactly("os=l,cc=c");
    }

    /// The example of GitHub's documentation.
    @Test
    void includeExtendsCombinationsWithoutOverwritingTheirAxes() {
        assertThat(combinations("""
            {fruit: [apple, pear], animal: [cat, dog], include: [
              {color: green},
              {color: pink, animal: cat},
              {fruit: apple, shape: circle},
              {fruit: banana},
              {fruit: banana, animal: cat}]}
            """))
                .containsExactly(
                        "fruit=apple,animal=cat,color=pink,shape=circle",
                        "fruit=apple,animal=dog,color=green,shape=circle",
                        "fruit=pear,animal=cat,color=pink",
                        "fruit=pear,animal=dog,color=green",
                        "fruit=banana",
                        "fruit=banana,animal=cat");
    }

    @Test
    void includeBringsBackWhatWasExcluded() {
        assertThat(combinations("{os: [l, m], exclude: [{os: m}], include: [{os: m, slow: yes}]}"))
                .containsExactly("os=l", "os=m,slow=yes");
    }

    @Test
    void includeAloneListsTheCombinations() {
        assertThat(combinations("{include: [{site: production}, {site: staging}]}"))
                .containsExactly("site=production", "site=staging");
    }

    @Test
    void numbersAndBooleansAreTakenAsTheyAreWritten() {
        assertThat(combinations("{python: [3.10, 3.9], fast: [yes, true]}"))
                .containsExactly(
                        "python=3.10,fast=yes", "python=3.10,fast=true", "python=3.9,fast=yes", "python=3.9,fast=true");
    }

    @Test
    void withoutMatrixThereIsOneEmptyCombination() {
        assertThat(Matrix.NONE.combinations()).containsExactly(new LinkedHashMap<>());
    }

    @Test
    void selectionKeepsWhatAgrees() {
        var matrix = matrix("{os: [l, m], cc: [g, c], include: [{os: w}]}");
        assertThat(matrix.select(Map.of("cc", "g"))).map(Matrix::label).containsExactly("os=l,cc=g", "os=m,cc=g");
        assertThat(matrix.select(Map.of("os", "w"))).map(Matrix::label).containsExactly("os=w");
        assertThat(matrix.select(Map.of())).hasSize(5);
    }

    @Test
    void selectionMayKeepSeveralValuesOfAnAxis() {
        var matrix = matrix("{cc: [gcc, clang, tcc]}");
        assertThat(matrix.select(Map.of("cc", "clang,gcc"))).map(Matrix::label).containsExactly("cc=gcc", "cc=clang");
        assertThatThrownBy(() -> matrix.select(Map.of("cc", "gcc,tc")))
                .hasMessageContaining("Found `tc` for axis `cc`");
    }

    @Test
    void selectionOfNothingIsRefused() {
        var matrix = matrix(
                "{os: [linux, mac], cc: [gcc, clang], exclude: [{os: mac, cc: gcc}], include: [{os: mac, x: y}]}");
        assertThatThrownBy(() -> matrix.select(Map.of("oss", "mac")))
                .hasMessage("Found axis `oss`, allowed are `os`, `cc`; did you mean `os`?");
        assertThatThrownBy(() -> matrix.select(Map.of("cc", "gc")))
                .hasMessage("Found `gc` for axis `cc`, allowed is one of `gcc`, `clang`; did you mean `gcc`?");
        assertThatThrownBy(() -> matrix.select(new TreeMap<>(Map.of("cc", "gcc", "os", "mac"))))
                .hasMessage("No combination of the matrix has cc=gcc,os=mac");
        assertThatThrownBy(() -> Matrix.NONE.select(Map.of("cc", "gcc")))
                .hasMessage("Found axis `cc`, but this project has no `matrix`");
    }

    private static List<String> combinations(String yaml) {
        return matrix(yaml).combinations().stream().map(Matrix::label).toList();
    }

    private static Matrix matrix(String yaml) {
        return ProjectFile.parse("f", "project: p\ntasks: {t: {run: x}}\nmatrix:\n  " + yaml.replace("\n", "\n  "))
                .matrix();
    }
}
