// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Moves files that a command wrote into the store, each once, though several outputs may contain it. Not
/// thread-safe.
public final class FileKeeper {
    private final LocalBlobs blobs;
    private final Map<Path, Digest> kept = new HashMap<>();

    public FileKeeper(LocalBlobs blobs) {
        this.blobs = blobs;
    }

    Digest keep(Path file) {
        return kept.computeIfAbsent(file, blobs::adopt);
    }

    LocalBlobs blobs() {
        return blobs;
    }
}
