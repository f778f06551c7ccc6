// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.execute.Lease;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The calls that wait for work. Thread-safe.
final class Takes {
    @GuardedBy("this")
    private final Map<Long, TakeCall> waiting = new HashMap<>();

    @GuardedBy("this")
    private long begun;

    /// Which calls there are at one moment.
    ///
    /// @param begun the highest number that was given to any so far
    /// @param waiting the numbers of those that have not ended
    record Standing(long begun, Set<Long> waiting) {
        Standing {
            waiting = Set.copyOf(waiting);
        }
    }

    /// Returns a new call, which counts from now until [#end].
    ///
    /// @param taken as of [TakeCall]
    synchronized TakeCall begin(Consumer<Lease> taken) {
        var call = new TakeCall(++begun, taken);
        waiting.put(begun, call);
        return call;
    }

    synchronized void end(TakeCall call) {
        waiting.remove(call.number());
    }

    synchronized Standing standing() {
        return new Standing(begun, waiting.keySet());
    }

    /// Has all wait no longer.
    void cancel() {
        all().forEach(TakeCall::cancel);
    }

    private synchronized List<TakeCall> all() {
        return List.copyOf(waiting.values());
    }
}
