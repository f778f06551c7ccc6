// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.blob.Shelf.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Picks the entries that were used least recently, as many as fit into memory. Not thread-safe.
final class Oldest {
    /// About 25 MB when full.
    private static final int ENTRIES = 1 << 16;

    private final PriorityQueue<Entry> newestFirst =
            new PriorityQueue<>(Comparator.comparing(Entry::used).reversed());
    private boolean overflowed;

    void offer(Entry entry) {
        newestFirst.add(entry);
        if (newestFirst.size() > ENTRIES) {
            newestFirst.remove();
            overflowed = true;
        }
    }

    /// Returns whether there were more entries than fit.
    boolean overflowed() {
        return overflowed;
    }

    /// Returns the picked entries, the least recently used one first.
    List<Entry> inOrder() {
        var entries = new ArrayList<>(newestFirst);
        entries.sort(Comparator.comparing(Entry::used));
        return entries;
    }
}
