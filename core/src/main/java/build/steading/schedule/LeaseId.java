// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// Names one attempt of one worker at one action, and fences off all others: no two leases ever have the same id,
/// not even across restarts of the server.
public record LeaseId(long value) implements Comparable<LeaseId> {
    @Override
    public int compareTo(LeaseId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
