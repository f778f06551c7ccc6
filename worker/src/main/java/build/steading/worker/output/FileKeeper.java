// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Moves files that a command wrote into the store, each once, though several outputs may contain it. Not
/// thread-safe.
public final class FileKeeper {
    private final LocalBlobs blobs;
    private final HashFunction function;
    private final Map<Path, Digest> kept = new HashMap<>();

    /// @param function names what is kept
    public FileKeeper(LocalBlobs blobs, HashFunction function) {
        this.blobs = blobs;
        this.function = function;
    }

    Digest keep(Path file) {
        return kept.computeIfAbsent(file, each -> blobs.adopt(each, function));
    }

    HashFunction function() {
        return function;
    }

    LocalBlobs blobs() {
        return blobs;
    }
}
