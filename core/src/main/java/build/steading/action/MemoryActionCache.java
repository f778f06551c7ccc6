// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Optional;

/// Remembers the most recently used results in memory: for tests, and for what need not outlive the process.
/// Thread-safe.
public final class MemoryActionCache implements ActionCache {
    private final int maxEntries;

    @GuardedBy("this")
    private final LinkedHashMap<Digest, ActionResult> results = new LinkedHashMap<>(16, 0.75f, true);

    /// @param maxEntries how many results are remembered
    public MemoryActionCache(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    @Override
    public synchronized Optional<ActionResult> find(Digest action) {
        return Optional.ofNullable(results.get(action));
    }

    @Override
    public synchronized void put(Digest action, ActionResult result) {
        results.put(action, result);
        if (results.size() > maxEntries) {
            results.pollFirstEntry();
        }
    }
}
