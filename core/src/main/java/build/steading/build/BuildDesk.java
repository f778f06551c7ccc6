// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.build.Builds.Order;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.SteadingException;
import java.util.List;
import java.util.Optional;

/// Where builds are asked for, watched and given up: in this process, or on a distant server. Thread-safe.
public interface BuildDesk {
    /// Accepts a request - it joins an equal build that is under way, or starts one - and tells `observer` how
    /// the build proceeds, as [#observe] does, perhaps before this returns.
    ///
    /// @throws SteadingException with `Invalid` or `NotFound` if the project, its options or tasks are wrong
    ///     (nothing is stored then), `Overloaded` if too many builds wait, `Unavailable` if there is no answer:
    ///     it says whether the request may have been stored, and then only the same request again, with its key,
    ///     is safe
    Accepted submit(BuildSpec spec, Order order, BuildObserver observer);

    /// Withdraws requests for a build; it is cancelled if nobody else waits for it.
    ///
    /// @param requests which ones; empty for all
    /// @return whether the build is cancelled; false also if it has ended already
    boolean withdraw(BuildId id, List<Long> requests, String by);

    /// Tells `observer` how a build proceeds, beginning with all requests for it and how it stands now. If it has
    /// ended that is all there is to tell. What tasks printed before is not told.
    ///
    /// @return closed by the caller when he has seen enough
    /// @throws SteadingException with `NotFound` if there is no such build, `Unavailable` if it has not ended,
    ///     but waits for Steading to be started anew
    Subscription observe(BuildId id, BuildObserver observer);

    /// Tells `observer` what a running task has printed so far, before this returns, and then what it prints.
    ///
    /// @return empty unless the task runs; if not, its record has its log, or will have. The caller closes it
    ///     when he has seen enough
    Optional<Following> follow(BuildId id, String task, ExecutionObserver observer);

    /// Returns why a build does not go on; nothing if all of it runs or it has ended.
    ///
    /// @throws SteadingException with `NotFound` if there is no such build
    Causes why(BuildId id);
}
