// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/// What a requester wants to be run.
///
/// @param key names the action: its digest
/// @param mergeable whether one execution may serve all who ask for the same key
/// @param requirement which workers may run it
/// @param facts on whose behalf: what priority, fair shares and workers' policies go by
/// @param affinity opaque names of inputs that are costly to move, [#MAX_AFFINITY] at most: workers that ran an
///     action with one of them are thought to hold it still
public record Job(String key, boolean mergeable, Requirement requirement, RequestFacts facts, Set<String> affinity) {
    public static final int MAX_AFFINITY = 16;

    /// @throws IllegalArgumentException if there is too much affinity
    public Job {
        if (affinity.size() > MAX_AFFINITY) {
            throw new IllegalArgumentException("Job `%s` has %d inputs in its affinity; %d are allowed"
                    .formatted(key, affinity.size(), MAX_AFFINITY));
        }
        // Sorted, for the order of immutable sets differs from one run of Java to the next, and histories must
        // not.
        affinity = affinity.size() < 2 ? Set.copyOf(affinity) : Collections.unmodifiableSet(new TreeSet<>(affinity));
    }

    /// Lower is sooner.
    int priority() {
        return facts.priority();
    }

    /// Names those between whom capacity is shared fairly.
    TenantName tenant() {
        return new TenantName(facts.requester(), facts.project());
    }
}
