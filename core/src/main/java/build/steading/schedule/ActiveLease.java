// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// A worker's right to run an execution, for now. All times are in nanoseconds since the epoch.
final class ActiveLease {
    final LeaseId id;
    final Execution execution;
    final Worker worker;
    final long sinceNanos;
    long deadlineNanos;

    /// For how much slot time the tenant was charged.
    double paidSeconds;

    ActiveLease(LeaseId id, Execution execution, Worker worker, long now) {
        this.id = id;
        this.execution = execution;
        this.worker = worker;
        this.sinceNanos = now;
    }
}
