// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.schedule.Fault;

/// Work on one lease, as far as the farm's opinion of the lease matters to it. Thread-safe.
interface HeldWork {
    /// Returns the key of the job, by which a farm knows it that does not know the lease.
    String key();

    /// Ends the work soon, wherever it is.
    ///
    /// @param why for people
    /// @param fault what the end of it is to be counted as
    void cancel(String why, Fault fault);

    /// Passes on what was printed and the farm does not have. It asks how much that is, as a farm that was
    /// restarted has lost it all.
    ///
    /// @return false if the way is blocked: what is left is passed on later
    boolean catchUp();
}
