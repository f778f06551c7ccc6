// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.blob.Shelf.Entry;
import build.steading.blob.UsageFile.Usage;
import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// All 256 directories of a [FileBlobStore]. Thread-safe.
final class Shelves {
    private static final int COUNT = 256;

    private final List<Shelf> shelves;
    private final Ledger ledger;
    private final String alive;
    private final UsageFile usageFile;

    @GuardedBy("this")
    private boolean exact;

    /// @param alive what the names of this process's unfinished files begin with
    Shelves(Path directory, Ledger ledger, String alive) throws IOException {
        this.ledger = ledger;
        this.alive = alive;
        var blobs = Files.createDirectories(directory.resolve("blobs"));
        this.usageFile = new UsageFile(directory.resolve("usage"), COUNT);
        var usage = usageFile.load();
        this.exact = usage.clean();
        this.shelves = IntStream.range(0, COUNT)
                .mapToObj(i -> new Shelf(
                        blobs.resolve("%02x".formatted(i)),
                        ledger,
                        usage.bytes().get(i)))
                .toList();
        usageFile.save(new Usage(false, usage.bytes()));
    }

    Shelf of(Digest digest) {
        return shelves.get(Integer.parseInt(digest.hash(), 0, 2, 16));
    }

    long usedBytes() {
        return ledger.usedBytes();
    }

    /// Returns whether the count of bytes is known to be right.
    synchronized boolean isExact() {
        return exact;
    }

    /// Looks at every file: corrects the count of bytes, clears away what dead processes left behind, and passes
    /// every blob to `visitor`. Ends early when the thread is interrupted.
    void scan(Consumer<Entry> visitor) throws IOException {
        for (var shelf : shelves) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            shelf.scan(alive).forEach(visitor);
        }
        counted();
        save(false);
    }

    private synchronized void counted() {
        exact = true;
    }

    /// Saves the count of bytes for the next process.
    ///
    /// @param last whether nothing will change any more
    synchronized void save(boolean last) throws IOException {
        var bytes = shelves.stream().map(Shelf::bytes).toList();
        usageFile.save(new Usage(last && exact, bytes));
    }
}
