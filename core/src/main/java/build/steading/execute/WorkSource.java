// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.failure.SteadingException;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Where a worker gets its work. Workers pull: nothing is pushed at a worker that did not ask. Thread-safe.
public interface WorkSource {
    /// Joins the farm, or says anew what the worker is. Leases that the worker has named before, here or to
    /// [#renew], and does not name now, are void; of a worker that has connected anew, so are all that it does
    /// not name. Those of an earlier process of the farm go on.
    ///
    /// @return how long leases last without being renewed: a worker that cannot renew for so long must kill its
    ///     actions
    Duration announce(WorkerId worker, Offer offer);

    /// Waits for something to do.
    ///
    /// @return empty if there was nothing within `patience`, or the worker has announced itself anew meanwhile
    /// @throws SteadingException with `NotFound` if the worker must announce itself first
    Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException;

    /// Says that the worker still works on `held`, which keeps the leases alive.
    ///
    /// @return those that were taken back: the worker must kill their actions
    /// @throws SteadingException with `NotFound` if the worker must announce itself first: nothing is said about
    ///     its leases then
    Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held);

    /// Passes on what the command printed, in the form of `LogFormat`, whole records only.
    ///
    /// @param offset how many bytes of the log came before: repeated bytes are ignored, so that a call may be
    ///     repeated
    /// @return how many bytes of the log the farm has now. It is less than `offset` if the farm has lost some, in
    ///     a restart for instance: nothing was taken then, and the worker goes on from there
    /// @throws SteadingException with `NotFound` if the lease was taken back: the worker must kill the action;
    ///     `Unavailable` if the worker is to announce itself and try again
    long append(LeaseId lease, long offset, byte[] log);

    /// Ends the lease. The blobs that `outcome` names must be in the store.
    ///
    /// @throws SteadingException with `NotFound` if the lease was taken back: the outcome is ignored;
    ///     `Unavailable` if the worker is to announce itself and try again
    void finish(LeaseId lease, Outcome outcome);
}
