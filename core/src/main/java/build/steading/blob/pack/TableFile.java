// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/// The file of an [IndexTable], mapped into memory until that is not wanted any more, or nobody refers to it. Not
/// thread-safe.
///
/// Little-endian: a page with `STEADIX1` (8 bytes), the index that it is part of (8), its number of entries (4)
/// and how many of them are filled (4); then the entries, 32 bytes each: the key's first 16 bytes, the place (8,
/// 0 if the entry is empty), the key's other 4 bytes, the time of last use in seconds since 1970 (4).
final class TableFile {
    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long MAGIC = 0x3158494441455453L;
    private static final int HEADER_BYTES = 4096;
    private static final int ENTRY_BYTES = 32;
    private static final int MIN_ENTRIES = 128;
    private static final int MAX_ENTRIES = 1 << 25;
    private static final int ID = 8;
    private static final int CAPACITY = 16;
    private static final int FILLED = 20;
    private static final int LOW = 8;
    private static final int PLACE = 16;
    private static final int KIND = 24;
    private static final int USED = 28;

    private static final Cleaner CLEANER = Cleaner.create();

    private final MemorySegment memory;
    private final int capacity;
    private final Cleaner.Cleanable mapping;

    /// @param arena of `memory` alone
    private TableFile(MemorySegment memory, Arena arena) {
        this.memory = memory;
        this.capacity = memory.get(INT, CAPACITY);
        this.mapping = CLEANER.register(this, arena::close);
    }

    /// Fills a new table.
    interface Filling {
        void fill(TableFile fresh);
    }

    /// Makes a new table in place of any other. If it shall last, it is on the disk, whole,
    /// before it takes that place.
    ///
    /// @param id of the index that it is part of
    /// @param entries how many there will be soon; there is room for twice as many
    /// @param lasting whether it shall survive the end of the machine
    static TableFile create(Path file, long id, int entries, boolean lasting, Filling filling) throws IOException {
        var capacity = Math.max(MIN_ENTRIES, Integer.highestOneBit(Math.max(1, entries)) << 2);
        if (capacity > MAX_ENTRIES) {
            throw new IOException("The index holds too many blobs: %d in `%s`".formatted(entries, file));
        }
        var unfinished = file.resolveSibling(file.getFileName() + ".new");
        try (var channel = FileChannel.open(unfinished, CREATE, TRUNCATE_EXISTING, READ, WRITE)) {
            // Written rather than left to be a hole: nothing can save a process that touches mapped memory for
            // which the disk has no room.
            var zeros = ByteBuffer.allocate(64 << 10);
            for (var left = size(capacity); left > 0; left -= zeros.limit()) {
                writeAll(channel, zeros.clear().limit((int) Math.min(left, zeros.capacity())));
            }
            var arena = Arena.ofShared();
            var memory = channel.map(MapMode.READ_WRITE, 0, size(capacity), arena);
            memory.set(LONG, ID, id);
            memory.set(INT, CAPACITY, capacity);
            memory.set(LONG, 0, MAGIC);
            var fresh = new TableFile(memory, arena);
            filling.fill(fresh);
            if (lasting) {
                memory.force();
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return fresh;
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static long size(int capacity) {
        return HEADER_BYTES + (long) capacity * ENTRY_BYTES;
    }

    /// Returns the table in a file; empty if there is none of this index.
    static Optional<TableFile> open(Path file, long id) throws IOException {
        try (var channel = FileChannel.open(file, READ, WRITE)) {
            var size = channel.size();
            if (size < size(MIN_ENTRIES) || size > size(MAX_ENTRIES)) {
                return Optional.empty();
            }
            var arena = Arena.ofShared();
            var memory = channel.map(MapMode.READ_WRITE, 0, size, arena);
            var table = new TableFile(memory, arena);
            var entries = memory.get(INT, CAPACITY);
            var good = memory.get(LONG, 0) == MAGIC
                    && memory.get(LONG, ID) == id
                    && Integer.bitCount(entries) == 1
                    && size == size(entries);
            if (!good) {
                table.unmap();
            }
            return good ? Optional.of(table) : Optional.empty();
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    long id() {
        return memory.get(LONG, ID);
    }

    int capacity() {
        return capacity;
    }

    /// Returns whether more entries would make looking up slow.
    boolean isFilled() {
        return memory.get(INT, FILLED) > capacity - capacity / 4;
    }

    /// Returns where to begin to look for a key. Nobody can choose keys that begin in one place, as the index has
    /// an id that nobody knows.
    int first(Key key) {
        var mixed = (key.low() ^ id()) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32) & (capacity - 1);
    }

    private static long at(int entry) {
        return HEADER_BYTES + (long) entry * ENTRY_BYTES;
    }

    boolean isEmpty(int entry) {
        return memory.get(LONG, at(entry) + PLACE) == 0;
    }

    boolean matches(int entry, Key key) {
        var at = at(entry);
        return memory.get(LONG, at) == key.high()
                && memory.get(LONG, at + LOW) == key.low()
                && memory.get(INT, at + KIND) == key.kind();
    }

    Place place(int entry) {
        return Place.of(memory.get(LONG, at(entry) + PLACE));
    }

    void setPlace(int entry, Place place) {
        memory.set(LONG, at(entry) + PLACE, place.toLong());
    }

    int used(int entry) {
        return memory.get(INT, at(entry) + USED);
    }

    void setUsed(int entry, int seconds) {
        memory.set(INT, at(entry) + USED, seconds);
    }

    /// Fills an entry that is empty or void.
    void set(int entry, Key key, Place place, int usedSeconds) {
        var at = at(entry);
        if (isEmpty(entry)) {
            memory.set(INT, FILLED, memory.get(INT, FILLED) + 1);
        }
        memory.set(LONG, at, key.high());
        memory.set(LONG, at + LOW, key.low());
        memory.set(INT, at + KIND, key.kind());
        memory.set(INT, at + USED, usedSeconds);
        VarHandle.releaseFence();
        memory.set(LONG, at + PLACE, place.toLong());
    }

    /// Returns an entry as it is.
    MemorySegment bytes(int entry) {
        return memory.asSlice(at(entry), ENTRY_BYTES);
    }

    /// Copies an entry of another table of the same index into this one, which has room and does not know the
    /// key.
    void add(MemorySegment bytes) {
        var key = new Key(bytes.get(LONG, 0), bytes.get(LONG, LOW), bytes.get(INT, KIND));
        var entry = first(key);
        while (!isEmpty(entry)) {
            if (matches(entry, key)) {
                return;
            }
            entry = (entry + 1) & (capacity - 1);
        }
        set(entry, key, Place.of(bytes.get(LONG, PLACE)), bytes.get(INT, USED));
    }

    long sizeBytes() {
        return memory.byteSize();
    }

    /// Writes to the disk what was changed.
    void force() {
        try {
            memory.force();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /// Gives the memory back, and the room on the disk if another file has taken this one's place. Nobody may use
    /// the table any more.
    void unmap() {
        mapping.clean();
    }
}
