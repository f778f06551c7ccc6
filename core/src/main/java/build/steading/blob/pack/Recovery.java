// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/// Brings an index up to what the packs hold, when a store is opened.
record Recovery(Packs packs, Index index, Durability durability, int maxBlobBytes) {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    /// Reads the packs from where the index may not know them: nothing after an orderly end, a few seconds' work
    /// after a crash, everything if the index is lost. What of the newest pack is no good record at its end, as
    /// nobody was told that it is there, is cut off.
    void run() throws IOException {
        var start = index.known();
        var count = 0L;
        for (var pack : packs.from(start.pack()).values()) {
            var from = pack.number() == start.pack() ? Math.min(start.offset(), pack.sizeBytes()) : 0;
            if (from == pack.sizeBytes()) {
                continue;
            }
            // What a killed process wrote may not be on the disk yet, and whoever finds it here relies on that.
            force(pack);
            var records = new long[1];
            var end = new PackScan(pack, maxBlobBytes).from(from, (place, record) -> {
                index.put(record, place);
                records[0]++;
            });
            count += records[0];
            packs.resize(pack, end);
        }
        if (count > 0) {
            LOG.log(Level.INFO, "Found {0} blobs in the packs that the index did not know", count);
        }
    }

    private void force(Pack pack) throws IOException {
        if (durability == Durability.EACH) {
            try (var channel = FileChannel.open(pack.file(), StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }
}
