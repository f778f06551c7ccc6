// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/// Knows where every blob of the packs is, and when it was last used: 64 hash tables in files, mapped into
/// memory. Thread-safe.
///
/// It follows from the packs. What it knew at the last [Checkpoint] it knows after any crash; what came later is
/// read from the packs, so a store opens in the same time whatever it holds. An entry may be wrong all the same:
/// a record says itself which blob it is.
final class Index {
    private static final int TABLE_BITS = 6;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path directory;
    private final Durability durability;
    private final long id;
    private final List<IndexTable> tables;
    private final AtomicBoolean lasting;
    private final Place known;

    /// @param lasting as for each of the [IndexTable]s
    private Index(
            Path directory, Durability durability, Checkpoint start, List<IndexTable> tables, AtomicBoolean lasting) {
        this.directory = directory;
        this.durability = durability;
        this.id = start.index();
        this.known = start.place();
        this.tables = List.copyOf(tables);
        this.lasting = lasting;
    }

    /// Opens the index in a directory, or begins a new one if there is none that can be trusted.
    ///
    /// @param directory made if it is absent
    /// @param holding tells of a place whether a pack can have a record there
    static Index open(Path directory, Durability durability, Predicate<Place> holding) throws IOException {
        Files.createDirectories(directory);
        var checkpoint = Checkpoint.read(checkpointFile(directory));
        if (checkpoint.isPresent()) {
            var start = checkpoint.get();
            var lasting = new AtomicBoolean(durability == Durability.EACH);
            Opening opening = file -> TableFile.open(file, start.index())
                    .map(table -> new IndexTable(file, table, holding, lasting::get));
            var tables = tables(directory, opening);
            if (tables.isPresent()) {
                return new Index(directory, durability, start, tables.get(), lasting);
            }
        }
        return create(directory, durability, holding);
    }

    /// Begins a new index in a directory.
    static Index create(Path directory, Durability durability, Predicate<Place> holding) throws IOException {
        var start = new Checkpoint(RANDOM.nextLong(), new Place(0, 0));
        // Without a checkpoint nobody will ask for it again.
        var lasting = new AtomicBoolean();
        Opening opening = file -> Optional.of(
                new IndexTable(file, TableFile.create(file, start.index(), 0, false, _ -> {}), holding, lasting::get));
        return new Index(
                directory, durability, start, tables(directory, opening).orElseThrow(), lasting);
    }

    private interface Opening {
        Optional<IndexTable> open(Path file) throws IOException;
    }

    private static Optional<List<IndexTable>> tables(Path directory, Opening opening) throws IOException {
        var tables = new ArrayList<IndexTable>();
        for (var i = 0; i < 1 << TABLE_BITS; i++) {
            var table = opening.open(directory.resolve("%02x".formatted(i)));
            if (table.isEmpty()) {
                return Optional.empty();
            }
            tables.add(table.get());
        }
        return Optional.of(tables);
    }

    private static Path checkpointFile(Path directory) {
        return directory.resolve("checkpoint");
    }

    /// Returns from where on the packs have to be read, as this may not know what is there.
    Place known() {
        return known;
    }

    /// Returns the table in which a blob is, if it is in any.
    IndexTable table(Key key) {
        return tables.get((int) (key.high() >>> (Long.SIZE - TABLE_BITS)));
    }

    /// Notes that all records before a place are known here, and survive with this.
    void checkpoint(Place before) throws IOException {
        if (durability == Durability.EACH) {
            // First: what is made anew from now on need not be found by the loop.
            lasting.set(true);
            for (var table : tables) {
                table.force();
            }
            // Tables may have taken the places of others.
            Packs.sync(directory);
        }
        new Checkpoint(id, before).write(checkpointFile(directory), durability);
    }

    /// Adds what a record says, as [IndexTable#put].
    void put(PackRecord record, Place place) throws IOException {
        var key = Key.of(record.digest());
        table(key).put(key, place, record.writtenSeconds());
    }

    /// Returns how large the files are.
    long usedBytes() {
        return tables.stream().mapToLong(IndexTable::sizeBytes).sum();
    }
}
