// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// Up to where the files of an index know the packs, whatever happens to the machine.
///
/// In a file, one line: `checkpoint 1 INDEX PACK OFFSET`, the first number in hexadecimal digits.
///
/// @param index the index that this is said of, a number that tells it from others
/// @param place where the first record begins that it may not know
record Checkpoint(long index, Place place) {
    private static final Pattern LINE = Pattern.compile("checkpoint 1 ([0-9a-f]{16}) ([0-9]{1,9}) ([0-9]{1,9})\n");

    /// Returns what [#write] wrote; empty if nothing usable is there.
    static Optional<Checkpoint> read(Path file) throws IOException {
        try {
            var line = LINE.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            if (!line.matches()) {
                return Optional.empty();
            }
            var place = new Place(Integer.parseInt(line.group(2)), Integer.parseInt(line.group(3)));
            return Optional.of(new Checkpoint(Long.parseUnsignedLong(line.group(1), 16), place));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    void write(Path file, Durability durability) throws IOException {
        var line = "checkpoint 1 %016x %d %d\n".formatted(index, place.pack(), place.offset());
        var unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(unfinished, line);
        if (durability == Durability.EACH) {
            try (var channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        if (durability == Durability.EACH) {
            Packs.sync(Objects.requireNonNull(file.getParent()));
        }
    }
}
