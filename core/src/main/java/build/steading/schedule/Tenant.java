// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import org.jspecify.annotations.Nullable;

/// One of those between whom capacity is shared: a user's work on a project. See [FairShare] for the meaning of
/// the numbers.
final class Tenant {
    final TenantName name;
    final long sequence;

    /// Executions that are queued or running.
    int live;

    /// Executions that are queued.
    int queued;

    /// All queued executions that have an affinity.
    final InputIndex sharing = new InputIndex();

    /// One account of this tenant: the user's, if it is known who that is, else the project's.
    final Account account;

    /// The other one, of the project; null if there is none.
    final @Nullable Account second;

    double creditSeconds;

    Tenant(TenantName name, long sequence, Account account, @Nullable Account second) {
        this.name = name;
        this.sequence = sequence;
        this.account = account;
        this.second = second;
    }

    /// Returns the account that has used more: the one that holds the tenant back.
    Account binding() {
        return second != null && second.usedSeconds > account.usedSeconds ? second : account;
    }

    double usedSeconds() {
        return binding().usedSeconds;
    }

    /// Returns what the other account has used, which tells tenants apart that are held back by the same one.
    double lesserSeconds() {
        return second == null ? account.usedSeconds : Math.min(account.usedSeconds, second.usedSeconds);
    }

    /// Returns whether this tenant goes first.
    boolean isBefore(Tenant other) {
        return usedSeconds() == other.usedSeconds()
                ? lesserSeconds() < other.lesserSeconds()
                : usedSeconds() < other.usedSeconds();
    }
}
