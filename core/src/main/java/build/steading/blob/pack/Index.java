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
    private final Place known;

    private Index(Path directory, Durability durability, Checkpoint start, List<IndexTable> tables) {
        this.directory = directory;
        this.durability = durability;
        this.id = start.index();
        this.known = start.place();
        this.tables = List.copyOf(tables);
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
            var tables = tables(directory, holding, file -> TableFile.open(file, start.index()));
            if (tables.isPresent()) {
                return new Index(directory, durability, start, tables.get());
            }
        }
        return create(directory, durability, holding);
    }

    /// Begins a new index in a directory.
    static Index create(Path directory, Durability durability, Predicate<Place> holding) throws IOException {
        var start = new Checkpoint(RANDOM.nextLong(), new Place(0, 0));
        var tables = tables(directory, holding, file -> Optional.of(TableFile.create(file, start.index(), 0, _ -> {})));
        return new Index(directory, durability, start, tables.orElseThrow());
    }

    private interface Opening {
        Optional<TableFile> open(Path file) throws IOException;
    }

    private static Optional<List<IndexTable>> tables(Path directory, Predicate<Place> holding, Opening opening)
            throws IOException {
        var tables = new ArrayList<IndexTable>();
        for (var i = 0; i < 1 << TABLE_BITS; i++) {
            var file = directory.resolve("%02x".formatted(i));
            var table = opening.open(file);
            if (table.isEmpty()) {
                return Optional.empty();
            }
            tables.add(new IndexTable(file, table.get(), holding));
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
            for (var table : tables) {
                // A table that is made anew meanwhile is on the disk, with all that this one knew.
                table.memory().force();
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
        return tables.stream().mapToLong(table -> table.memory().byteSize()).sum();
    }
}
