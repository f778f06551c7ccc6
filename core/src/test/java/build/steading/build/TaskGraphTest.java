// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaskGraphTest {
    private static TaskGraph diamond() {
        Map<String, List<String>> needs = new LinkedHashMap<>();
        needs.put("top", List.of());
        needs.put("left", List.of("top"));
        needs.put("right", List.of("top"));
        needs.put("bottom", List.of("left", "right"));
        needs.put("apart", List.of());
        return new TaskGraph(needs);
    }

    @Test
    void tasksWithoutNeedsAreReadyAtOnceAndOnlyOnce() {
        var graph = diamond();

        assertThat(graph.takeReady()).containsExactly("top", "apart");
        assertThat(graph.takeReady()).isEmpty();
    }

    @Test
    void taskIsReadyWhenTheLastOfItsNeedsHasSucceeded() {
        var graph = diamond();
        graph.ended("top", true);
        assertThat(graph.takeReady()).contains("left", "right");

        graph.ended("left", true);
        assertThat(graph.takeReady()).isEmpty();
        graph.ended("right", true);
        assertThat(graph.takeReady()).containsExactly("bottom");
    }

    @Test
    void failureSkipsWhatNeedsItHoweverFarAndNothingElse() {
        var graph = diamond();
        graph.takeReady();

        assertThat(graph.ended("top", false)).containsExactlyInAnyOrder("left", "right", "bottom");
        assertThat(graph.isDone()).isFalse();
        graph.ended("apart", true);
        assertThat(graph.isDone()).isTrue();
    }

    @Test
    void taskIsSkippedOnceThoughTwoOfItsNeedsFail() {
        var graph = diamond();
        graph.takeReady();
        graph.ended("top", true);
        graph.takeReady();

        assertThat(graph.ended("left", false)).containsExactly("bottom");
        assertThat(graph.ended("right", false)).isEmpty();
        assertThat(graph.takeReady()).isEmpty();
    }
}
