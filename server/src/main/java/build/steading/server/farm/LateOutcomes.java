// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// How actions ended that were asked for only before the farm was restarted. Whoever asks for one again is
/// answered with it: once, as that is the request which it was run for; anybody else after that gets a run of his
/// own. Guarded by the lock of [Floor].
final class LateOutcomes {
    private static final int MAX_COUNT = 10_000;
    private static final Duration KEPT_FOR = Duration.ofMinutes(10);

    /// Oldest first.
    private final SequencedMap<String, Late> byKey = new LinkedHashMap<>();

    private record Late(Outcome outcome, Instant until) {}

    /// @param key of the job
    void add(String key, Outcome outcome, Instant now) {
        forgetOld(now);
        byKey.putLast(key, new Late(outcome, now.plus(KEPT_FOR)));
        if (byKey.size() > MAX_COUNT) {
            byKey.pollFirstEntry();
        }
    }

    /// Returns how the action ended, and forgets it.
    Optional<Outcome> take(String key, Instant now) {
        forgetOld(now);
        return Optional.ofNullable(byKey.remove(key)).map(Late::outcome);
    }

    private void forgetOld(Instant now) {
        while (!byKey.isEmpty() && !now.isBefore(byKey.firstEntry().getValue().until())) {
            byKey.pollFirstEntry();
        }
    }
}
