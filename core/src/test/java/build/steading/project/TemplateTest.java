// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    private static final Map<String, String> VALUES = Map.of("project", "p", "options.opt", "$1\\", "matrix.cc", "gcc");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        ${project}/${matrix.cc}         | p/gcc
        ${options.opt}                  | $1\\
        $${project} $${project}         | ${project} ${project}
        $$${project}                    | $${project}
        ${HOME} $HOME ${x:-${project}}  | ${HOME} $HOME ${x:-p}
        ${x-a.b} ${#x} ${x%.c} $$ ${    | ${x-a.b} ${#x} ${x%.c} $$ ${
        ${matrix.other}                 | ${matrix.other}
        """)
    void referencesAreReplacedAndNothingElse(String text, String filled) {
        assertThat(Template.fill(text, VALUES)).isEqualTo(filled);
    }

    @Test
    void whatIsPutInIsNotReadAgain() {
        assertThat(Template.fill("${a}", Map.of("a", "${b}", "b", "c"))).isEqualTo("${b}");
    }

    @Test
    void noticesMayReferToTheBuildButNotToCombinations() {
        var text = "${branch} ${revision} ${requester} ${project} ${options.o} ${matrix.m} ${slots}";
        assertThat(Template.complaints(text, Template.Place.NOTICE, List.of("o"), List.of("m")))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("Found `${matrix.m}`, but a build has all combinations");
    }
}
