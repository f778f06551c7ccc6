// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private static final Instant START = Instant.parse("2026-01-01T10:00:30Z");
    private static final long MINUTE = START.getEpochSecond() - 30;

    private final Profile profile = new Profile();

    @Test
    void stepsOfAllAttemptsAddUp() {
        profile.add(attempt(0, 1, 2, 5, 6, 6));
        profile.add(attempt(10, 10, 12, 13, 13, 20));
        profile.add(ExecutedActionMetadata.getDefaultInstance());

        assertThat(profile.steps())
                .isEqualTo(Map.of("attempts", 2L, "input-fetch", 1.0, "execution", 4.0, "output-upload", 7.0));
    }

    @Test
    void aClockThatWasSetBackTakesNothingAway() {
        profile.add(attempt(0, 1, 2, 1, 6, 7));

        assertThat(profile.steps()).containsEntry("execution", 0.0).containsEntry("output-upload", 1.0);
    }

    @Test
    void eachMinuteTellsTheMost() {
        profile.running(1, START);
        profile.running(2, START.plusSeconds(1));
        profile.running(1, START.plusSeconds(2));
        profile.running(0, START.plusSeconds(140));

        assertThat(profile.load(START.plusSeconds(200)))
                .isEqualTo(List.of(
                        Map.of("x", MINUTE, "y", 2),
                        Map.of("x", MINUTE + 60, "y", 1),
                        Map.of("x", MINUTE + 120, "y", 1),
                        Map.of("x", MINUTE + 180, "y", 0)));
    }

    @Test
    void onlyTheLastTwoHoursAreKept() {
        profile.running(3, START);

        var load = profile.load(START.plus(Duration.ofDays(30)));

        assertThat(load).hasSize(120).allMatch(minute -> minute.get("y").equals(3));
        assertThat(load.getLast())
                .containsEntry("x", MINUTE + Duration.ofDays(30).toSeconds());
    }

    @Test
    void aClockThatWasSetBackIsWaitedFor() {
        profile.running(1, START);
        profile.running(2, START.minusSeconds(3_600));

        assertThat(profile.load(START)).isEqualTo(List.of(Map.of("x", MINUTE, "y", 2)));
    }

    private static ExecutedActionMetadata attempt(int... seconds) {
        return ExecutedActionMetadata.newBuilder()
                .setInputFetchStartTimestamp(time(seconds[0]))
                .setInputFetchCompletedTimestamp(time(seconds[1]))
                .setExecutionStartTimestamp(time(seconds[2]))
                .setExecutionCompletedTimestamp(time(seconds[3]))
                .setOutputUploadStartTimestamp(time(seconds[4]))
                .setOutputUploadCompletedTimestamp(time(seconds[5]))
                .build();
    }

    private static Timestamp time(int seconds) {
        return Timestamp.newBuilder().setSeconds(seconds).build();
    }
}
