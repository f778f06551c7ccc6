// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/// Who may write the files of a compile: its launcher, which can become the compiler as long as it is free to, or
/// the process, since the launcher holds on. That is settled once. Thread-safe.
final class Hold {
    private enum State {
        OPEN,
        HELD,
        LOST
    }

    @GuardedBy("this")
    private State state = State.OPEN;

    /// Waits until it is settled.
    ///
    /// @throws InterruptedException if the launcher does not hold on
    synchronized void await() throws InterruptedException {
        while (state == State.OPEN) {
            wait();
        }
        if (state == State.LOST) {
            throw new InterruptedException("The launcher of the compile does not wait for it");
        }
    }

    /// The launcher holds on, unless it was let go before it heard that.
    synchronized void take() {
        settle(State.HELD);
    }

    /// Lets the launcher go, or notes that it has gone. Returns whether it is free now; if not, the process is
    /// writing.
    ///
    /// @param farewell run if this is what settles it, before whoever waits goes on and has something to say as
    ///     well
    synchronized boolean letGo(Runnable farewell) {
        if (state == State.OPEN) {
            farewell.run();
        }
        settle(State.LOST);
        return state == State.LOST;
    }

    @GuardedBy("this")
    private void settle(State as) {
        if (state == State.OPEN) {
            state = as;
            notifyAll();
        }
    }
}
