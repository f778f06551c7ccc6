// SPDX-License-Identifier: Apache-2.0
package build.steading.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionsTest {
    private static final List<String> KEYS = List.of("project", "options", "matrix", "tasks", "artifacts");

    @Test
    void swappedLetterCountsAsOneMistake() {
        assertThat(Suggestions.nearest("opt", List.of("otp", "oxx"), 3)).containsExactly("otp");
        assertThat(Suggestions.nearest("opitons", KEYS, 3)).containsExactly("options");
    }

    @Test
    void insertedDeletedAndReplacedLettersAreMistakes() {
        assertThat(Suggestions.nearest("task", KEYS, 3)).containsExactly("tasks");
        assertThat(Suggestions.nearest("matrrix", KEYS, 3)).containsExactly("matrix");
        assertThat(Suggestions.nearest("metrix", KEYS, 3)).containsExactly("matrix");
    }

    @Test
    void caseIsNoMistake() {
        assertThat(Suggestions.nearest("PROJECT", KEYS, 3)).containsExactly("project");
    }

    @Test
    void upToAThirdOfTheWordMayBeWrong() {
        assertThat(Suggestions.nearest("abcdef", List.of("abcdxy"), 3)).containsExactly("abcdxy");
        assertThat(Suggestions.nearest("abcdef", List.of("abcxyz"), 3)).isEmpty();
    }

    @Test
    void oneLetterWordsAreNotAllAlike() {
        assertThat(Suggestions.nearest("a", List.of("b", "c"), 3)).isEmpty();
    }

    @Test
    void nearestComesFirstThenByNameUpToTheLimit() {
        var known = List.of("develop-3", "develop-1", "devellop-1", "develop");
        assertThat(Suggestions.nearest("develop-1", known, 3)).containsExactly("develop-1", "devellop-1", "develop-3");
    }

    @Test
    void namesMuchFartherOffThanTheNearestAreLeftOut() {
        assertThat(Suggestions.nearest("mode=debgu", List.of("mode=debug", "mode=debuu", "mode=deep"), 3))
                .containsExactly("mode=debug", "mode=debuu");
    }

    @Test
    void overlongWordsAreNotCompared() {
        assertThat(Suggestions.nearest("x".repeat(100_000), Collections.nCopies(1000, "x".repeat(100_000)), 3))
                .isEmpty();
    }

    @Test
    void messageEndsInAQuestionOrNothing() {
        assertThat(Suggestions.didYouMean("opitons", KEYS)).isEqualTo("; did you mean `options`?");
        assertThat(Suggestions.didYouMean("cc", List.of("cd", "c"))).isEqualTo("; did you mean `c` or `cd`?");
        assertThat(Suggestions.didYouMean("zzz", KEYS)).isEmpty();
    }
}
