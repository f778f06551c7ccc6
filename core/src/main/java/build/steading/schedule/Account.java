// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// What one user, or one project, has used. See [FairShare] for the meaning of the numbers.
final class Account {
    final String name;

    /// How many tenants are charged to this account.
    int tenants;

    /// How many of them have something queued.
    int backlogged;

    double usedSeconds;
    long relievedNanos;

    Account(String name, double usedSeconds) {
        this.name = name;
        this.usedSeconds = usedSeconds;
    }
}
