// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// Names one attempt of one worker at one action, and fences off all others: no two leases ever have the same id,
/// not even across restarts of the server.
public record LeaseId(long value) {
    @Override
    public String toString() {
        return Long.toString(value);
    }
}
