// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// The pack files of a store, in one directory: `00000001.pack` and so on. Thread-safe.
final class Packs implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("([0-9]{8,10})\\.pack");

    private final Path directory;
    private final Durability durability;
    private final ConcurrentSkipListMap<Integer, Pack> packs = new ConcurrentSkipListMap<>();
    private final AtomicLong usedBytes = new AtomicLong();
    private final AtomicLong appendedBytes = new AtomicLong();
    private volatile Live live = new Live(1, new int[0]);

    @GuardedBy("this")
    private int growing;

    /// How far which packs go, quick to ask. Never changed.
    ///
    /// @param base the lowest number
    /// @param ends of packs from `base` on; 0 where there is none
    @SuppressWarnings("ArrayRecordComponent") // nobody compares it, and it is asked millions of times a second
    private record Live(int base, int[] ends) {
        boolean hold(Place place) {
            var i = place.pack() - base;
            return i >= 0 && i < ends.length && place.offset() < ends[i];
        }
    }

    /// @param directory made if it is absent
    Packs(Path directory, Durability durability) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.durability = durability;
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                var name = NAME.matcher(file.getFileName().toString());
                if (name.matches()) {
                    add(new Pack(Integer.parseInt(name.group(1)), file, Files.size(file)));
                }
            }
        }
    }

    private synchronized void add(Pack pack) {
        packs.put(pack.number(), pack);
        usedBytes.addAndGet(pack.sizeBytes());
        live = lookOver();
    }

    @GuardedBy("this")
    private Live lookOver() {
        if (packs.isEmpty()) {
            return new Live(1, new int[0]);
        }
        var base = packs.firstKey();
        var ends = new int[packs.lastKey() - base + 1];
        packs.values().forEach(pack -> {
            ends[pack.number() - base] = pack.number() == growing ? Integer.MAX_VALUE : (int) pack.sizeBytes();
        });
        return new Live(base, ends);
    }

    /// Notes to which pack records are appended from now on.
    synchronized void grow(Pack pack) {
        growing = pack.number();
        live = lookOver();
    }

    /// Cuts off what is behind the last good record of a pack. It is not grown again: the index may still know
    /// records that were there.
    synchronized void cut(Pack pack, long end) throws IOException {
        try (var channel = FileChannel.open(pack.file(), StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
        usedBytes.addAndGet(end - pack.sizeBytes());
        pack.resize(end);
        live = lookOver();
    }

    /// Makes a new pack, which follows all others.
    ///
    /// @param above a number that it has to exceed as well
    Pack create(int above) throws IOException {
        var number = Math.max(above, packs.isEmpty() ? 0 : packs.lastKey()) + 1;
        var pack = new Pack(number, directory.resolve("%08d.pack".formatted(number)), 0);
        Files.createFile(pack.file());
        if (durability == Durability.EACH) {
            sync(directory);
        }
        add(pack);
        return pack;
    }

    /// Forgets a pack and deletes its file.
    void remove(Pack pack) throws IOException {
        synchronized (this) {
            if (packs.remove(pack.number()) != null) {
                usedBytes.addAndGet(-pack.sizeBytes());
            }
            live = lookOver();
        }
        pack.delete();
    }

    /// Returns whether there can be a record at this place.
    boolean hold(Place place) {
        return live.hold(place);
    }

    Optional<Pack> find(int number) {
        return Optional.ofNullable(packs.get(number));
    }

    Optional<Pack> newest() {
        return packs.isEmpty()
                ? Optional.empty()
                : Optional.of(packs.lastEntry().getValue());
    }

    List<Pack> oldestFirst() {
        return List.copyOf(packs.values());
    }

    /// Returns the packs from a number on, in order.
    SortedMap<Integer, Pack> from(int number) {
        return packs.tailMap(number);
    }

    long usedBytes() {
        return usedBytes.get();
    }

    /// Notes how much of a pack's file counts now. One thread at a time does so.
    void resize(Pack pack, long sizeBytes) {
        usedBytes.addAndGet(sizeBytes - pack.sizeBytes());
        appendedBytes.addAndGet(sizeBytes - pack.sizeBytes());
        pack.resize(sizeBytes);
    }

    /// Returns how much was appended since the packs were opened.
    long appendedBytes() {
        return appendedBytes.get();
    }

    /// Sees to it that the entries of a directory survive the end of the machine.
    static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        for (var pack : packs.values()) {
            pack.close();
        }
    }
}
