// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import java.time.Duration;

/// What clients may ask for at once.
///
/// @param maxMessageBytes longest message accepted or sent; what most clients accept is 4 MiB
/// @param maxBatchBytes most bytes of blobs in one batch; leaves room in a message for their digests
/// @param maxBlobBytes longest blob that can be uploaded
/// @param maxCallsPerConnection most calls in flight on one connection
/// @param maxCalls most calls in flight of all clients; one client gets half of them at most, see [SharedRoom]
/// @param maxWaitingBytes most bytes of messages that have come and are not dealt with, of all clients, and as
///     many of those that no client has read; shared alike
/// @param maxSilence how long a client may send nothing in the middle of a request or an upload
public record GrpcLimits(
        int maxMessageBytes,
        int maxBatchBytes,
        long maxBlobBytes,
        int maxCallsPerConnection,
        int maxCalls,
        long maxWaitingBytes,
        Duration maxSilence,
        OperationLimits operations) {
    public static final GrpcLimits STANDARD = new GrpcLimits(
            4 << 20,
            (4 << 20) - (64 << 10),
            64L << 30,
            1_000,
            20_000,
            Math.max(64 << 20, Runtime.getRuntime().maxMemory() / 3),
            Duration.ofMinutes(2),
            OperationLimits.STANDARD);

    public GrpcLimits {
        if (maxBatchBytes < 1 || maxMessageBytes <= maxBatchBytes) {
            throw new IllegalArgumentException(
                    "A message of %d bytes cannot hold a batch of %d bytes".formatted(maxMessageBytes, maxBatchBytes));
        }
        if (maxWaitingBytes < 2L * maxMessageBytes || !maxSilence.isPositive()) {
            throw new IllegalArgumentException("Limits of what waits are out of range");
        }
        if (maxBlobBytes < 1 || maxCallsPerConnection < 1 || maxCalls < 1) {
            throw new IllegalArgumentException("Limits of blobs and calls are out of range");
        }
    }
}
