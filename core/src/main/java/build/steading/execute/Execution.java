// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

/// One requester's stake in an action that runs, or will.
public interface Execution {
    /// Waits for the end.
    Outcome await() throws InterruptedException;

    /// Gives up this stake: [#await] returns `Cancelled`. The action itself is cancelled when nobody else waits
    /// for it.
    ///
    /// @param by who wants this, for people
    void withdraw(String by);
}
