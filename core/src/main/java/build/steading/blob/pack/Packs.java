// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
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
    private volatile Live live = new Live(1, new BitSet());

    /// Which packs there are, quick to ask. Never changed.
    ///
    /// @param base the lowest number
    /// @param bits of those from `base` on
    private record Live(int base, BitSet bits) {
        boolean contains(int number) {
            return number >= base && bits.get(number - base);
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

    private Live lookOver() {
        var base = packs.isEmpty() ? 1 : packs.firstKey();
        var bits = new BitSet();
        packs.keySet().forEach(number -> bits.set(number - base));
        return new Live(base, bits);
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

    /// Returns whether there is a pack of this number.
    boolean isLive(int number) {
        return live.contains(number);
    }

    Optional<Pack> find(int number) {
        return Optional.ofNullable(packs.get(number));
    }

    Optional<Pack> newest() {
        return packs.isEmpty() ? Optional.empty() : Optional.of(packs.lastEntry().getValue());
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
