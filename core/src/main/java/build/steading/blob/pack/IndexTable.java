// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One part of the [Index]: a hash table in a file, by open addressing, mapped into memory.
///
/// Thread-safe; the lock is held for a few accesses to memory, or while the table grows.
final class IndexTable {
    /*
     * What is in the file is always good enough. Entries are never cleared, so the entries between where a key
     * belongs and where it is stay filled, and what was found by the last checkpoint is found after any crash,
     * whichever pages were written since. An entry is void when its pack is gone, or ends before it; that is also how one is removed.
     * A new entry counts from when its place is written, which is last, and in one piece. What the end of the
     * machine leaves half-written is newer than the last checkpoint: reading the packs from there on mends it.
     */
    private static final int DEAD = -1;

    private final Path file;
    private final Predicate<Place> holding;
    private final BooleanSupplier lasting;

    @GuardedBy("this")
    private TableFile table;

    /// Is being written to the disk.
    @GuardedBy("this")
    private @Nullable TableFile forced;

    /// @param holding tells of a place whether a pack can have a record there
    /// @param lasting whether a checkpoint may rely on what is in the file
    IndexTable(Path file, TableFile table, Predicate<Place> holding, BooleanSupplier lasting) {
        this.file = file;
        this.table = table;
        this.holding = holding;
        this.lasting = lasting;
    }

    /// Records a use of a blob.
    ///
    /// @param every how old in seconds the last recorded use has to be for the new one to be recorded
    /// @return where the blob is, if it is there
    synchronized Optional<Place> touch(Key key, int nowSeconds, int every) {
        var entry = find(key);
        if (entry < 0) {
            return Optional.empty();
        }
        if (nowSeconds - table.used(entry) >= every) {
            table.setUsed(entry, nowSeconds);
        }
        return Optional.of(table.place(entry));
    }

    synchronized Optional<Place> place(Key key) {
        var entry = find(key);
        return entry < 0 ? Optional.empty() : Optional.of(table.place(entry));
    }

    /// Returns when a blob was last used, if it is at this place.
    synchronized OptionalInt used(Key key, Place place) {
        var entry = find(key);
        return isAt(entry, place) ? OptionalInt.of(table.used(entry)) : OptionalInt.empty();
    }

    /// Adds a blob, or says where it is now.
    synchronized void put(Key key, Place place, int usedSeconds) throws IOException {
        if (table.isFilled()) {
            rebuild();
        }
        var known = find(key);
        if (known >= 0) {
            table.setPlace(known, place);
            return;
        }
        var entry = findVoid(key);
        if (entry < 0) {
            // After a crash, more entries may be filled than are counted.
            rebuild();
            entry = findVoid(key);
        }
        table.set(entry, key, place, usedSeconds);
    }

    /// Returns where to put a blob that is not there; -1 if the table is full.
    @GuardedBy("this")
    private int findVoid(Key key) {
        var capacity = table.capacity();
        var entry = table.first(key);
        for (var i = 0; i < capacity; i++) {
            if (!holding.test(table.place(entry))) {
                return entry;
            }
            entry = (entry + 1) & (capacity - 1);
        }
        return -1;
    }

    /// Says where a blob is now, if it still was at `from`.
    synchronized void move(Key key, Place from, Place to) {
        var entry = find(key);
        if (isAt(entry, from)) {
            table.setPlace(entry, to);
        }
    }

    /// Removes a blob that is at `place`, unless it may not go.
    ///
    /// @param mayGo is told when it was last used; called with the lock held
    /// @return whether it is not at that place any more
    synchronized boolean remove(Key key, Place place, IntPredicate mayGo) {
        var entry = find(key);
        if (!isAt(entry, place)) {
            return true;
        }
        if (!mayGo.test(table.used(entry))) {
            return false;
        }
        table.setPlace(entry, new Place(DEAD, 0));
        return true;
    }

    @GuardedBy("this")
    private boolean isAt(int entry, Place place) {
        return entry >= 0 && table.place(entry).equals(place);
    }

    /// Returns the entry of a blob that is there, else -1.
    @GuardedBy("this")
    private int find(Key key) {
        var capacity = table.capacity();
        var entry = table.first(key);
        for (var i = 0; i < capacity && !table.isEmpty(entry); i++) {
            if (table.matches(entry, key) && holding.test(table.place(entry))) {
                return entry;
            }
            entry = (entry + 1) & (capacity - 1);
        }
        return -1;
    }

    /// Makes the table anew, without void entries, and twice as large as need be.
    @GuardedBy("this")
    private void rebuild() throws IOException {
        var old = table;
        var alive = 0;
        for (var entry = 0; entry < old.capacity(); entry++) {
            if (holding.test(old.place(entry))) {
                alive++;
            }
        }
        table = TableFile.create(file, old.id(), alive, lasting.getAsBoolean(), fresh -> {
            for (var entry = 0; entry < old.capacity(); entry++) {
                if (holding.test(old.place(entry))) {
                    fresh.add(old.bytes(entry));
                }
            }
        });
        if (forced != old) {
            old.unmap();
        }
    }

    /// Writes to the disk what a checkpoint relies on. A table that is made anew meanwhile is there, with all
    /// that this one knew. One thread at a time does so.
    void force() {
        TableFile present;
        synchronized (this) {
            present = table;
            forced = present;
        }
        try {
            present.force();
        } finally {
            synchronized (this) {
                forced = null;
                if (table != present) {
                    present.unmap();
                }
            }
        }
    }

    /// Returns how large the file is.
    synchronized long sizeBytes() {
        return table.sizeBytes();
    }
}
