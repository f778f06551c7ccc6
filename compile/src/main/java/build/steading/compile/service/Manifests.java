// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.compile.argv.Output;
import build.steading.compile.files.Snapshot;
import build.steading.compile.toolchain.Toolchain;
import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Remembers of each compile which files it read, which names it probed in vain, and what came of it. Bounded:
/// what was not asked for the longest goes. Thread-safe.
final class Manifests {
    @GuardedBy("this")
    private final Map<Key, Manifest> known = new LinkedHashMap<>(64, 0.75f, true);

    @GuardedBy("this")
    private long names;

    private final long mostNames;

    /// @param mostNames of files and directories; each takes some hundred bytes
    Manifests(long mostNames) {
        this.mostNames = mostNames;
    }

    /// All that a compile depends on beyond files.
    ///
    /// @param toolchain the same object as long as nothing of it has changed
    record Key(Toolchain toolchain, String directory, List<String> argv, Map<String, String> environment) {}

    /// @param seen the state of the file system that `action` is made of
    /// @param placement where the files of `action` are
    /// @param outputs by their names in the result
    /// @param result empty if it is not known
    record Manifest(
            Snapshot seen,
            Digest action,
            Placement placement,
            Map<String, Output> outputs,
            Optional<ActionResult> result) {
        private long weight() {
            return 1L + seen.size();
        }

        Manifest with(ActionResult newest) {
            return new Manifest(seen, action, placement, outputs, Optional.of(newest));
        }
    }

    synchronized Optional<Manifest> find(Key key) {
        return Optional.ofNullable(known.get(key));
    }

    synchronized void put(Key key, Manifest manifest) {
        names += manifest.weight();
        var before = known.put(key, manifest);
        names -= before == null ? 0 : before.weight();
        while (names > mostNames && known.size() > 1) {
            var oldest = known.values().iterator();
            names -= oldest.next().weight();
            oldest.remove();
        }
    }
}
