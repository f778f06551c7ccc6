// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.it.CompileCase.Route;
import build.steading.it.CompileCase.State;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `topics.txt` tells the truth about what is covered, and cases are read as they are written.
class CompileTopicsTest {
    private static final Pattern TOPIC = Pattern.compile("(?m)^(\\d+) (.+): (cases|\\w+IT|not here, .+)$");

    private static Map<Integer, String> topics() {
        return TOPIC.matcher(CompileCaseReader.resource("topics.txt"))
                .results()
                .collect(toMap(topic -> Integer.valueOf(topic.group(1)), CompileTopicsTest::place));
    }

    private static String place(MatchResult topic) {
        return topic.group(3);
    }

    @Test
    void everyLineIsATopic() {
        assertThat(CompileCaseReader.resource("topics.txt").lines().filter(line -> !line.startsWith("#")))
                .allMatch(TOPIC.asMatchPredicate())
                .hasSameSizeAs(topics().keySet());
    }

    @Test
    void exactlyTheTopicsThatSaySoHaveCases() {
        var claimed = topics().entrySet().stream()
                .filter(topic -> topic.getValue().equals("cases"))
                .map(Map.Entry::getKey);

        assertThat(CompileCaseReader.all().stream().flatMap(each -> each.topics().stream()))
                .hasSameElementsAs(claimed.toList());
    }

    @Test
    void testClassesThatAreNamedExist() {
        assertThat(topics().values())
                .filteredOn(place -> place.endsWith("IT"))
                .allSatisfy(place ->
                        assertThat(Class.forName("build.steading.it." + place)).isNotNull());
    }

    @Test
    void noTwoCasesHaveTheSameName() {
        assertThat(CompileCaseReader.all()).extracting(CompileCase::id).doesNotHaveDuplicates();
    }

    @Test
    void caseIsReadAsItIsWritten() {
        var read = CompileCaseReader.read("""
            # A remark
            [x01] A title: with a colon
            topics: 1 2
            route: farm-each-time
            needs: clang ninja
            not no-worker: A reason
            file a b.c: int {nonce};
            file c.h:
                one

                    two
            make: mkdir d
            run: first
            run:
                second
                third
            """);

        assertThat(read)
                .containsExactly(new CompileCase(
                        "x01",
                        "A title: with a colon",
                        Set.of(1, 2),
                        Route.FARM_EACH_TIME,
                        List.of("clang", "ninja"),
                        "",
                        Map.of(State.NO_WORKER, "A reason"),
                        Map.of("a b.c", "int of_x01;\n", "c.h", "one\n\n    two\n"),
                        "mkdir d\n",
                        List.of("first\n", "second\nthird\n")));
    }

    @Test
    void misspelledLineIsRefused() {
        assertThatThrownBy(() -> CompileCaseReader.read("[x01] T\ntopics: 1\nruns: x\n"))
                .hasMessage("Case `x01` has `runs`, which says nothing");
        assertThatThrownBy(() -> CompileCaseReader.read("[x01] T\ntopics: 1\n"))
                .hasMessage("Case `x01` lacks `topics` or `run`");
    }
}
