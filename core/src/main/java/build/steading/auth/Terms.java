// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.time.Duration;

/// How long certificates last.
///
/// @param member those of machines and users, which renew them by themselves
/// @param server those that servers show
/// @param authority the farm's own: when it ends, all join anew
public record Terms(Duration member, Duration server, Duration authority) {
    public static final Terms STANDARD = new Terms(Duration.ofDays(7), Duration.ofDays(30), Duration.ofDays(20 * 365));

    public Terms {
        if (!member.isPositive() || !server.isPositive() || !authority.isPositive()) {
            throw new IllegalArgumentException("Certificates must last for some time");
        }
    }
}
