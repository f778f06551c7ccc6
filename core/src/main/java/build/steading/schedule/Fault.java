// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// Why an attempt came to no result although the user's command is not to blame. Each class has a budget and a
/// back-off of its own.
public enum Fault {
    /// Before the command started: inputs could not be fetched, the sandbox could not be made.
    SETUP,
    /// The worker went silent: nobody knows how the command ended.
    WORKER_LOST,
    /// The worker said that it is leaving.
    WORKER_SHUTDOWN,
    /// The worker's disk is full.
    DISK_FULL,
    /// The command ended, but its outputs could not be stored.
    UPLOAD,
    /// Bytes were not what their digest says: of inputs, or of outputs that the worker claims to have stored.
    CORRUPT;

    /// Returns whether an attempt that ended this way is one of those that an execution gets.
    public boolean counts() {
        return RetryRule.of(this).counted();
    }
}
