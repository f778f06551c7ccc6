// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// When to try again what could not be sent.
///
/// @param pauses after the first try, the second, and so on; after the last one it goes on with that
/// @param giveUpAfter how long after the end of its build a message that was tried is given up
public record Retries(List<Duration> pauses, Duration giveUpAfter) {
    /// Mail servers are down for minutes, sometimes for a night; nobody reads news of the week before last.
    public static final Retries STANDARD = new Retries(
            List.of(
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(1),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(30),
                    Duration.ofHours(2)),
            Duration.ofDays(2));

    public Retries {
        pauses = List.copyOf(pauses);
        if (pauses.isEmpty()) {
            throw new IllegalArgumentException("Retries need a pause");
        }
    }

    /// Returns when to try again; empty to give up.
    ///
    /// @param tries how many there were, at least one
    Optional<Instant> next(Instant created, int tries, Instant now) {
        var last = created.plus(giveUpAfter);
        if (!now.isBefore(last)) {
            return Optional.empty();
        }
        var next = now.plus(pauses.get(Math.min(tries, pauses.size()) - 1));
        return Optional.of(next.isBefore(last) ? next : last);
    }
}
