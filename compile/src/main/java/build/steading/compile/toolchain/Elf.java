// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The little that must be known of a program in the Executable and Linkable Format.
///
/// @param loader the absolute name of the program that loads its shared libraries, if it has any
record Elf(Optional<String> loader) {
    private static final int MAGIC = 0x7f454c46;
    private static final int LONGEST_HEADER = 64;
    private static final int MOST_SEGMENTS = 1024;
    private static final int LONGEST_NAME = 4096;
    private static final int INTERPRETER = 3;

    /// @throws NotUsableException if the file cannot be read, or is something else
    static Elf read(Path file) throws NotUsableException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var header = read(channel, 0, LONGEST_HEADER);
            if (header.limit() > 1 && header.get(0) == '#' && header.get(1) == '!') {
                throw new NotUsableException("`%s` is a script", file);
            }
            if (header.limit() < LONGEST_HEADER || header.getInt(0) != MAGIC) {
                throw new NotUsableException("`%s` is no program that Linux runs by itself", file);
            }
            return new Elf(loader(channel, header));
        } catch (IOException e) {
            throw NotUsableException.unreadable(file, e);
        } catch (IndexOutOfBoundsException | IllegalArgumentException _) {
            throw new NotUsableException("`%s` is a broken program", file);
        }
    }

    private static Optional<String> loader(FileChannel channel, ByteBuffer header) throws IOException {
        var wide = header.get(4) == 2;
        var order = header.get(5) == 1 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        header.order(order);
        var at = wide ? header.getLong(32) : Integer.toUnsignedLong(header.getInt(28));
        var size = Short.toUnsignedInt(header.getShort(wide ? 54 : 42));
        var count = Math.min(MOST_SEGMENTS, Short.toUnsignedInt(header.getShort(wide ? 56 : 44)));
        var table = read(channel, at, size * count).order(order);
        for (var i = 0; i < count; i++) {
            if (table.getInt(i * size) == INTERPRETER) {
                var offset = wide ? table.getLong(i * size + 8) : Integer.toUnsignedLong(table.getInt(i * size + 4));
                var length = wide ? table.getLong(i * size + 32) : table.getInt(i * size + 16);
                return Optional.of(name(read(channel, offset, Math.clamp(length, 0, LONGEST_NAME))));
            }
        }
        return Optional.empty();
    }

    /// Without the zero byte at its end.
    private static String name(ByteBuffer bytes) {
        var text = StandardCharsets.UTF_8.decode(bytes).toString();
        var end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    private static ByteBuffer read(FileChannel channel, long at, int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, at + buffer.position()) >= 0) {
            // reads on: the channel may give less than there is
        }
        return buffer.flip();
    }
}
