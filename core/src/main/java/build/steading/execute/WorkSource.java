// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.failure.SteadingException;
import build.steading.platform.Properties;
import build.steading.schedule.LeaseId;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Where a worker gets its work. Workers pull: nothing is pushed at a worker that did not ask. Thread-safe.
public interface WorkSource {
    /// Joins the farm, or says anew what the worker is. All leases of the same name that the worker does not hold
    /// are void.
    ///
    /// @param slots how many actions the worker runs at the same time; 0 takes no new ones
    /// @param held the leases that the worker still works on
    void announce(WorkerId worker, Properties properties, int slots, Set<LeaseId> held);

    /// Waits for something to do.
    ///
    /// @return empty if there was nothing within `patience`
    Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException;

    /// Says that the worker still works on `held`, which keeps the leases alive.
    ///
    /// @return those that were taken back: the worker must kill their actions
    Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held);

    /// Passes on what the command printed, in the form of `LogFormat`, whole records only.
    ///
    /// @param offset how many bytes of the log came before: repeated bytes are ignored, so that a call may be
    ///     repeated
    /// @throws SteadingException with `NotFound` if the lease was taken back: the worker must kill the action
    void append(LeaseId lease, long offset, byte[] log);

    /// Ends the lease. The blobs that `outcome` names must be in the store.
    ///
    /// @throws SteadingException with `NotFound` if the lease was taken back: the outcome is ignored
    void finish(LeaseId lease, Outcome outcome);
}
