// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// One of those between whom capacity is shared. See [FairShare] for the meaning of the numbers.
final class Tenant {
    final String name;
    final long sequence;

    /// Executions that are queued or running.
    int live;

    /// Executions that are queued.
    int queued;

    /// All queued executions that have an affinity.
    final InputIndex sharing = new InputIndex();

    double usedSeconds;
    double creditSeconds;
    long relievedNanos;

    Tenant(String name, long sequence, double usedSeconds) {
        this.name = name;
        this.sequence = sequence;
        this.usedSeconds = usedSeconds;
    }
}
