// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Room for so many of something, shared by callers. Whoever wants more must have less than is left: alone, one
/// gets half of it, two get a third each, and however greedy they are, there is some left for the next.
///
/// Thread-safe: one lock guards all state.
final class SharedRoom {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final String what;
    private final long size;

    @GuardedBy("this")
    private final Map<String, Long> taken = new HashMap<>();

    @GuardedBy("this")
    private long left;

    /// @param what there is room for, in the plural
    SharedRoom(String what, long size) {
        this.what = what;
        this.size = size;
        this.left = size;
    }

    /// Takes room for one.
    ///
    /// @throws SteadingException with `Overloaded` if `caller` has too many, or all room is taken
    void enter(String caller) {
        enter(caller, 1);
    }

    /// Takes room for so many.
    ///
    /// @throws SteadingException with `Overloaded` if `caller` would have too many; nothing is taken then
    synchronized void enter(String caller, long amount) {
        long own = taken.getOrDefault(caller, 0L);
        if (own + amount > left) {
            var message = "`%s` has %d %s open, and of all %d there may be, %d are left: no caller may have more"
                    .formatted(caller, own, what, size, left);
            throw new SteadingException(new Failure.Overloaded(message, RETRY_AFTER));
        }
        taken.put(caller, own + amount);
        left -= amount;
    }

    /// Gives back what [#enter] took for one.
    void leave(String caller) {
        leave(caller, 1);
    }

    /// Gives back what [#enter] took.
    synchronized void leave(String caller, long amount) {
        taken.computeIfPresent(caller, (_, own) -> own == amount ? null : own - amount);
        left += amount;
    }
}
