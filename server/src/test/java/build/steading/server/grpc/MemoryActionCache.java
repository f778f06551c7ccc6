// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.action.ActionCache;
import build.steading.digest.Digest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Remembers results, whatever becomes of their blobs.
public final class MemoryActionCache implements ActionCache {
    private final Map<Digest, ActionResult> results = new ConcurrentHashMap<>();

    @Override
    public Optional<ActionResult> find(Digest action) {
        return Optional.ofNullable(results.get(action));
    }

    @Override
    public void put(Digest action, ActionResult result) {
        results.put(action, result);
    }
}
