// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.digest.Digest;
import build.steading.execute.ExecutionRequest;
import build.steading.platform.RequestFacts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The name of an operation. It says what was asked for, so that a server that follows the one which gave the
/// name can go on with the operation though nobody has written it down: `operations/{start of the
/// server}/{UUID}/{priority}/{cached or fresh}/{digest of the action}`.
///
/// @param server when the server began that gave the name, in milliseconds
/// @param id of no other operation
/// @param skipCache whether a known result was not wanted
record OperationName(long server, String id, int priority, boolean skipCache, Digest action) {
    private static final String PREFIX = "operations";
    private static final String CACHED = "cached";
    private static final String FRESH = "fresh";
    private static final int PARTS = 6;

    /// Names a new operation.
    static OperationName of(Instant server, ExecutionRequest request) {
        return new OperationName(
                server.toEpochMilli(),
                UUID.randomUUID().toString(),
                request.facts().priority(),
                request.skipCache(),
                request.action());
    }

    /// Returns what `text` says; empty if it is no such name.
    static Optional<OperationName> parse(String text) {
        var parts = text.split("/", PARTS);
        if (parts.length < PARTS || !parts[0].equals(PREFIX)) {
            return Optional.empty();
        }
        try {
            var name = new OperationName(
                    Long.parseLong(parts[1], Character.MAX_RADIX),
                    parts[2],
                    Integer.parseInt(parts[3]),
                    parts[4].equals(FRESH),
                    Digest.parse(parts[5]));
            return Optional.of(name).filter(read -> read.toString().equals(text));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// Returns what was asked for.
    ///
    /// @param asker who asks now: a name is no proof of who asked first
    ExecutionRequest request(RequestFacts asker) {
        return new ExecutionRequest(action, skipCache, asker.withPriority(priority), List.of());
    }

    @Override
    public String toString() {
        return String.join(
                "/",
                PREFIX,
                Long.toString(server, Character.MAX_RADIX),
                id,
                Integer.toString(priority),
                skipCache ? FRESH : CACHED,
                action.toString());
    }
}
