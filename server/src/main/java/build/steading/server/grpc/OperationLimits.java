// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import java.time.Duration;

/// How many operations are remembered, and for how long.
///
/// @param maxRunning beyond this many unfinished operations, `Execute` is refused as overload; one client gets
///     half of them at most, see [SharedRoom]
/// @param maxEndedBytes beyond this many bytes of results, the oldest ended operations are forgotten early
/// @param keep how long an ended operation can still be asked for
/// @param grace how long a running operation goes on without anybody watching
/// @param repeat how often a silent stream repeats its last message, to show that it is alive
public record OperationLimits(int maxRunning, long maxEndedBytes, Duration keep, Duration grace, Duration repeat) {
    public static final OperationLimits STANDARD = new OperationLimits(
            50_000, 64 << 20, Duration.ofMinutes(15), Duration.ofMinutes(1), Duration.ofSeconds(30));

    public OperationLimits {
        if (maxRunning < 1 || maxEndedBytes < 0) {
            throw new IllegalArgumentException("Limits of operations are out of range");
        }
        if (keep.isNegative() || grace.isNegative() || !repeat.isPositive()) {
            throw new IllegalArgumentException("Times of operations are out of range");
        }
    }
}
