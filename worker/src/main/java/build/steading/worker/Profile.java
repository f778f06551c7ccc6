// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What attempts have spent their time on, and how many ran at a time in the last two hours. Not thread-safe.
final class Profile {
    private static final int MINUTES = 120;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Deque<Minute> minutes = new ArrayDeque<>();
    private long attempts;
    private Duration fetching = Duration.ZERO;
    private Duration executing = Duration.ZERO;
    private Duration uploading = Duration.ZERO;
    private int running;

    /// @param begin on the minute
    /// @param most that ran at a time
    private record Minute(Instant begin, int most) {}

    /// Notes that so many attempts run from now on.
    void running(int count, Instant now) {
        moveOn(now);
        var last = minutes.removeLast();
        minutes.add(new Minute(last.begin(), Math.max(last.most(), count)));
        running = count;
    }

    /// Adds what is known of an attempt that has run its command.
    void add(ExecutedActionMetadata metadata) {
        if (!metadata.hasExecutionCompletedTimestamp()) {
            return;
        }
        attempts++;
        fetching = fetching.plus(
                between(metadata.getInputFetchStartTimestamp(), metadata.getInputFetchCompletedTimestamp()));
        executing = executing.plus(
                between(metadata.getExecutionStartTimestamp(), metadata.getExecutionCompletedTimestamp()));
        uploading = uploading.plus(
                between(metadata.getOutputUploadStartTimestamp(), metadata.getOutputUploadCompletedTimestamp()));
    }

    /// Returns `attempts`, and in seconds `input-fetch`, `execution` and `output-upload` of all of them together.
    Map<String, Object> steps() {
        var steps = new LinkedHashMap<String, Object>();
        steps.put("attempts", attempts);
        steps.put("input-fetch", seconds(fetching));
        steps.put("execution", seconds(executing));
        steps.put("output-upload", seconds(uploading));
        return steps;
    }

    /// Returns for each of the last minutes, the oldest first, when it began, as `x` in seconds since 1970, and
    /// how many attempts ran at a time at the most, as `y`.
    List<Map<String, Object>> load(Instant now) {
        moveOn(now);
        return minutes.stream()
                .map(minute -> Map.<String, Object>of("x", minute.begin().getEpochSecond(), "y", minute.most()))
                .toList();
    }

    private void moveOn(Instant now) {
        var begin = now.truncatedTo(ChronoUnit.MINUTES);
        if (minutes.isEmpty()) {
            minutes.add(new Minute(begin, running));
        }
        var oldest = begin.minus(Duration.ofMinutes(MINUTES - 1L));
        var next = minutes.getLast().begin().plus(Duration.ofMinutes(1));
        for (var at = next.isBefore(oldest) ? oldest : next; !at.isAfter(begin); at = at.plus(Duration.ofMinutes(1))) {
            minutes.add(new Minute(at, running));
        }
        while (minutes.getFirst().begin().isBefore(oldest)) {
            minutes.removeFirst();
        }
    }

    private static Duration between(Timestamp begin, Timestamp end) {
        var span = Duration.between(instant(begin), instant(end));
        // The clock may have been set meanwhile.
        return span.isNegative() ? Duration.ZERO : span;
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS_PER_SECOND;
    }
}
