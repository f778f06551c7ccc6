// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.failure.SteadingException;
import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/// Converts times.
public final class Times {
    private Times() {}

    public static com.google.protobuf.Duration toProto(Duration duration) {
        return com.google.protobuf.Duration.newBuilder()
                .setSeconds(duration.getSeconds())
                .setNanos(duration.getNano())
                .build();
    }

    /// @throws SteadingException with `Invalid` if it is negative or of no sensible length
    public static Duration fromProto(com.google.protobuf.Duration message) {
        try {
            var duration = Duration.ofSeconds(message.getSeconds(), message.getNanos());
            // Whoever reckons with it reckons in nanoseconds.
            if (duration.toNanos() >= 0) {
                return duration;
            }
        } catch (ArithmeticException _) {
            // Refused like a negative one.
        }
        throw SteadingException.invalid("%d seconds are no length of time", message.getSeconds());
    }

    static Timestamp toProto(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    static Instant fromProto(Timestamp message) {
        try {
            return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
        } catch (DateTimeException | ArithmeticException _) {
            throw SteadingException.invalid("%d is no time", message.getSeconds());
        }
    }
}
