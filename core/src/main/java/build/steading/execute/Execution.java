// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import java.util.List;
import java.util.Optional;

/// One requester's stake in an action that runs, or will.
public interface Execution {
    /// Waits for the end.
    Outcome await() throws InterruptedException;

    /// Tells another observer too, beginning with what the present attempt has printed so far.
    ///
    /// @return whether the action runs or will; if not, nothing is told
    boolean follow(ExecutionObserver observer);

    /// Returns what the present attempt prints, if the action runs and can be read like that.
    default Optional<Printed> printed() {
        return Optional.empty();
    }

    /// Returns what the action waits for at the moment, for people, one line per cause; empty if it runs or has
    /// ended.
    List<String> why();

    /// Gives up this stake: [#await] returns `Cancelled`. The action itself is cancelled when nobody else waits
    /// for it.
    ///
    /// @param by who wants this, for people
    void withdraw(String by);
}
