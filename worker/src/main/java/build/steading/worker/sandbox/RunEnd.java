// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.Failure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// How a run ended.
public sealed interface RunEnd {
    /// The command ran.
    ///
    /// @param exitCode 128 and the signal's number if a signal ended it
    /// @param cut why the runner ended it, if it did
    /// @param peakBytes the most memory that its processes used, as far as was seen
    record Ran(int exitCode, Optional<Cut> cut, Instant start, Instant end, Duration cpu, long peakBytes)
            implements RunEnd {}

    /// The command did not run.
    ///
    /// @param failure `Invalid` if the action is at fault, `Unavailable` if the machine is
    record NotStarted(Failure failure) implements RunEnd {}

    /// Why the runner ended a command.
    enum Cut {
        TIMEOUT,
        CANCELLED,
        MEMORY,
        TASKS,
        /// Nobody listened any more.
        ABANDONED
    }

    /// Reads the runner's last record.
    ///
    /// @param errors what was printed to standard error, the last resort to explain a failure
    static RunEnd parse(String text, String errors) {
        var fields = text.lines()
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair.length > 1 ? pair[1] : "", (a, _) -> a));
        var failure = fields.getOrDefault("failure", "");
        if (!failure.isEmpty()) {
            var message = fields.getOrDefault("message", "");
            return new NotStarted(
                    failure.equals("I")
                            ? new Failure.Invalid(message)
                            : new Failure.Unavailable(errors.isBlank() ? message : message + ": " + errors.strip()));
        }
        var signal = (int) number(fields, "signal");
        var reason = fields.getOrDefault("reason", "");
        return new Ran(
                signal == 0 ? (int) number(fields, "code") : 128 + signal,
                reason.isEmpty() ? Optional.empty() : Optional.of(Cut.valueOf(reason.toUpperCase(Locale.ROOT))),
                Instant.EPOCH.plus(number(fields, "start-us"), ChronoUnit.MICROS),
                Instant.EPOCH.plus(number(fields, "end-us"), ChronoUnit.MICROS),
                Duration.of(number(fields, "cpu-us"), ChronoUnit.MICROS),
                number(fields, "peak"));
    }

    private static long number(Map<String, String> fields, String key) {
        return Long.parseLong(fields.getOrDefault(key, "0"));
    }
}
