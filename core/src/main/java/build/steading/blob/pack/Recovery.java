// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Brings an index up to what the packs hold, when a store is opened.
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final Packs packs;
    private final Durability durability;
    private final int maxBlobBytes;
    private int lastNumber;

    /// What was opened.
    ///
    /// @param lastNumber packs of lower numbers are not to be appended to
    record Recovered(Index index, int lastNumber) {}

    Recovery(Packs packs, Durability durability, int maxBlobBytes) {
        this.packs = packs;
        this.durability = durability;
        this.maxBlobBytes = maxBlobBytes;
    }

    /// Opens the index and reads the packs from where it may not know them: nothing after an orderly end, what
    /// was stored since the last checkpoint after a crash, everything if the index is lost.
    ///
    /// What is no good record at the end of a pack is cut off: nobody was told that it is there. Between records
    /// it is a sign that the machine has ended before all was on the disk: of what is gone the index may know,
    /// nobody can say what, and so it is made anew.
    Recovered run(Path directory) throws IOException {
        var index = Index.open(directory, durability, packs::hold);
        if (!read(index)) {
            LOG.log(Level.WARNING, "Some records in `{0}` are damaged: the index is made anew", directory);
            index = Index.create(directory, durability, packs::hold);
            read(index);
        }
        return new Recovered(index, Math.max(lastNumber, index.known().pack()));
    }

    /// @return whether all that was read was good
    private boolean read(Index index) throws IOException {
        var start = index.known();
        var good = true;
        for (var pack : packs.from(start.pack()).values()) {
            var from = pack.number() == start.pack() ? start.offset() : 0;
            if (from < pack.sizeBytes()) {
                good &= read(index, pack, from);
            }
        }
        return good;
    }

    private boolean read(Index index, Pack pack, int from) throws IOException {
        var scan = new PackScan(pack, maxBlobBytes);
        var end = scan.from(from, (place, record) -> index.put(record, place));
        if (end < pack.sizeBytes()) {
            packs.cut(pack, end);
            lastNumber = pack.number() + 1;
        }
        // What a killed process wrote may not be on the disk yet, and whoever finds it here relies on that.
        if (durability == Durability.EACH) {
            try (var channel = FileChannel.open(pack.file(), StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        return !scan.foundGaps();
    }
}
