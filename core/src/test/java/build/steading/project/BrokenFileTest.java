// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static build.steading.project.ProjectFileTest.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.steading.failure.SteadingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files that are no YAML, or a trap.
class BrokenFileTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
        `                           | f: Found nothing, allowed is a mapping with at least `project` and `tasks`
        # comment                   | f: Found nothing, allowed is a mapping with at least `project` and `tasks`
        ~                           | f: Found nothing, allowed here is a mapping with
        [a]                         | f: Found a list, allowed here is a mapping with
        project: [a                 | f:1:12: Found broken YAML: expected ',' or ']', but got <stream end>
        a: b: c                     | f:1:5: Found broken YAML: mapping values are not allowed here
        a: *b                       | f:1:4: Found broken YAML: found undefined alias b
        --- a¶--- b                 | f:2:1: Found broken YAML: but found another document
        project: p¶\tx: 1           | f:2:1: Found broken YAML: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)
        project: "\u0001"           | f:1:11: Found the control character U+0001 in YAML
        """)
    void areReportedWithTheirPlace(String yaml, String problem) {
        var text = yaml.strip().replace("`", "").replace('¶', '\n').replace("\\t", "\t");
        assertThat(problems(text).getFirst()).startsWith(problem.strip());
    }

    @Test
    void duplicateKeysAreProblems() {
        assertThat(problems("project: p\ntasks:\n  t: {run: x}\n  t: {run: y}\n"))
                .containsExactly("f:4:3: Found `t` twice");
    }

    @Test
    void bytesOfAnotherEncodingAreReported() {
        var failure = catchThrowableOfType(
                SteadingException.class,
                () -> ProjectFile.parse("f", "project: größe".getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(failure).hasMessage("f: Found bytes that are not UTF-8, allowed is YAML in UTF-8");
    }

    @Test
    void deepNestingIsRefusedBeforeItCanOverflowTheStack() {
        assertThat(problems("[".repeat(100_000))).containsExactly("f:1:21: Found more than 20 levels of nesting");
    }

    @Test
    void aliasesCannotMultiplyWithoutEnd() {
        var bomb = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i < 60; i++) {
            bomb.append("a%d: &a%d [*a%d,*a%d]%n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(problems(bomb.toString()).getFirst()).contains("aliases");
    }

    @Test
    void selfContainingListIsNoProject() {
        assertThat(problems("project: p\ntasks: &t {t: *t}\n").getFirst()).startsWith("f:2:");
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        assertThat(problems("project: p\ntasks: {t: {run: x}}\n\"\\e[31mred\": 1\n")
                        .getFirst())
                .startsWith("f:3:1: Found `?[31mred`, allowed here are");
    }

    @Test
    void sizeIsLimited() {
        var file = "project: p\ntasks: {t: {run: x}}\n#";
        var longest = file + "x".repeat(256 * 1024 - file.length());
        assertThat(ProjectFile.parse("f", longest).name()).isEqualTo("p");
        assertThat(problems(longest + "x")).containsExactly("f: File has more than 262144 characters");
    }
}
