// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import org.jspecify.annotations.Nullable;

/// A worker's right to run something, for now. All times are in nanoseconds since the epoch.
final class ActiveLease {
    final LeaseId id;
    final String key;
    final Worker worker;

    /// When it was granted; of a lease that an earlier scheduler granted, when this one heard of it.
    final long sinceNanos;

    long deadlineNanos;

    /// What the worker runs; null while the lease is parked, that is, as long as nobody asked again for what it
    /// was granted for by an earlier scheduler.
    @Nullable
    Execution execution;

    /// Whether it is to show that the worker is well again.
    boolean canary;

    /// For how much slot time the tenant was charged.
    double paidSeconds;

    ActiveLease(LeaseId id, String key, Worker worker, long now) {
        this.id = id;
        this.key = key;
        this.worker = worker;
        this.sinceNanos = now;
    }
}
