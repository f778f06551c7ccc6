// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfTest {
    private static final String LOADER = "/lib/ld.so";

    @TempDir
    Path directory;

    @Test
    void readsTheLoaderOfAProgramOfAnyKind() throws Exception {
        for (var order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            assertThat(Elf.read(write(program(true, order, 3))).loader()).contains(LOADER);
            assertThat(Elf.read(write(program(false, order, 3))).loader()).contains(LOADER);
        }
    }

    @Test
    void programWithoutSharedLibrariesHasNoLoader() throws Exception {
        assertThat(Elf.read(write(program(true, ByteOrder.LITTLE_ENDIAN, 1))).loader())
                .isEmpty();
    }

    @Test
    void brokenProgramIsNotUsable() throws Exception {
        var bytes = program(true, ByteOrder.LITTLE_ENDIAN, 3);
        bytes.putLong(32, -5);
        assertThatThrownBy(() -> Elf.read(write(bytes))).isInstanceOf(NotUsableException.class);
        bytes.putLong(32, 1 << 20);
        assertThatThrownBy(() -> Elf.read(write(bytes)))
                .isInstanceOf(NotUsableException.class)
                .hasMessageEndingWith("is a broken program");
    }

    @Test
    void directoryIsNotUsable() {
        assertThatThrownBy(() -> Elf.read(directory))
                .isInstanceOf(NotUsableException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void shortFileIsNotUsable() throws Exception {
        var file = Files.write(directory.resolve("short"), new byte[] {0x7f, 'E', 'L', 'F', 2, 1});
        assertThatThrownBy(() -> Elf.read(file)).hasMessageEndingWith("is no program that Linux runs by itself");
    }

    /// A header, one segment, and what it holds.
    private static ByteBuffer program(boolean wide, ByteOrder order, int type) {
        var bytes = ByteBuffer.allocate(256).order(order);
        bytes.put(new byte[] {
            0x7f, 'E', 'L', 'F', (byte) (wide ? 2 : 1), (byte) (order == ByteOrder.LITTLE_ENDIAN ? 1 : 2)
        });
        if (wide) {
            bytes.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
            bytes.putInt(64, type).putLong(64 + 8, 200).putLong(64 + 32, LOADER.length() + 1);
        } else {
            bytes.putInt(28, 64).putShort(42, (short) 32).putShort(44, (short) 1);
            bytes.putInt(64, type).putInt(64 + 4, 200).putInt(64 + 16, LOADER.length() + 1);
        }
        return bytes.put(200, LOADER.getBytes(StandardCharsets.US_ASCII));
    }

    private Path write(ByteBuffer bytes) throws IOException {
        var content = new byte[bytes.capacity()];
        bytes.get(0, content);
        return Files.write(directory.resolve("program"), content);
    }
}
