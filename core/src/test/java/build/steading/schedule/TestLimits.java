// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;

/// Limits that differ from [Limits#STANDARD] in one thing.
final class TestLimits {
    private TestLimits() {}

    static Limits withAffinityDelay(Duration delay) {
        return with(delay, Limits.STANDARD.queued());
    }

    static Limits withQueued(int queued) {
        return with(Limits.STANDARD.affinityDelay(), queued);
    }

    private static Limits with(Duration delay, int queued) {
        var standard = Limits.STANDARD;
        return new Limits(
                standard.leaseTtl(),
                delay,
                standard.ageing(),
                standard.attempts(),
                standard.lostWorkers(),
                standard.reattach(),
                standard.restartPatience(),
                standard.unsupportedAfter(),
                queued);
    }
}
