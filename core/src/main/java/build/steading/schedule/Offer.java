// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// What a worker says of itself when it joins, and whenever that changes.
///
/// @param policy what it is willing to run. The worker checks it again, and knows more than is said here
/// @param slots how many actions it runs at the same time; 0 takes no new ones
/// @param remark why there are fewer slots than usual, for people; may be empty
/// @param held the leases that it still works on, and the [Job#key] of each: all its others are lost
public record Offer(Properties properties, Policy policy, int slots, String remark, Map<LeaseId, String> held) {
    /// @throws IllegalArgumentException if the number of slots is negative
    public Offer {
        if (slots < 0) {
            throw new IllegalArgumentException("A worker with %d slots makes no sense".formatted(slots));
        }
        held = held.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(held));
    }

    /// Returns the offer of a worker that is willing to run everything, and runs nothing.
    public static Offer of(Properties properties, int slots) {
        return new Offer(properties, Policy.ANYTHING, slots, "", Map.of());
    }

    public Offer holding(Map<LeaseId, String> leases) {
        return new Offer(properties, policy, slots, remark, leases);
    }
}
