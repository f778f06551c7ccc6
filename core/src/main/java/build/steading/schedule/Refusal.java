// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Comparator;

/// That a worker is not willing to run an execution.
///
/// @param untilNanos when it is asked again
record Refusal(Execution execution, WorkerId worker, String reason, long untilNanos) {
    static final long FOR_EVER = Long.MAX_VALUE;

    /// Who is asked again first.
    static final Comparator<Refusal> BY_TIME = Comparator.comparingLong(Refusal::untilNanos)
            .thenComparingLong(refusal -> refusal.execution.id.value())
            .thenComparing(refusal -> refusal.worker.name());

    boolean forEver() {
        return untilNanos == FOR_EVER;
    }
}
