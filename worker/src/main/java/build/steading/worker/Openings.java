// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/// Lets as many slots work, or ask for work, as the machine has room for at the moment. The others wait.
/// Thread-safe.
final class Openings {
    @GuardedBy("this")
    private int open;

    @GuardedBy("this")
    private int inside;

    Openings(int open) {
        this.open = open;
    }

    /// Waits for an opening, and takes it until [#leave].
    synchronized void enter() throws InterruptedException {
        while (inside >= open) {
            wait();
        }
        inside++;
    }

    synchronized void leave() {
        inside--;
        notifyAll();
    }

    /// Changes how many may be inside. Nobody is sent away: who is inside too many leaves when it has finished.
    synchronized void setOpen(int slots) {
        open = slots;
        notifyAll();
    }
}
