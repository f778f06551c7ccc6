// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import java.time.Duration;

/// How patient a client is.
///
/// @param attempts how often to try in all, at least once
/// @param firstDelay pause after the first failed attempt; doubled after each further one
/// @param maxDelay longest pause, also where the server asks for a longer one
/// @param deadline how long one call may take; streams of blobs get more, by their size
public record RetryPolicy(int attempts, Duration firstDelay, Duration maxDelay, Duration deadline) {
    public static final RetryPolicy STANDARD =
            new RetryPolicy(6, Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofSeconds(60));

    /// For a question whose answer is worth one attempt, and no more.
    public static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(10));

    /// Bytes per second below which a stream counts as stuck.
    private static final long SLOWEST_BYTES_PER_SECOND = 64 << 10;

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("A call needs at least one attempt, not %d".formatted(attempts));
        }
        if (firstDelay.isNegative() || maxDelay.isNegative() || !deadline.isPositive()) {
            throw new IllegalArgumentException("Times of a retry policy are out of range");
        }
    }

    /// Returns how long a call may take that moves `bytes` bytes.
    Duration deadline(long bytes) {
        return deadline.plusSeconds(bytes / SLOWEST_BYTES_PER_SECOND);
    }
}
