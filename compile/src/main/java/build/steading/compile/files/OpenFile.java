// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A file that is open to be read, and to be looked at as it is read. Not thread-safe; of the thread that opened
/// it.
final class OpenFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Frame frame;
    private final int descriptor;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);

    /// @param descriptor from [Frame#open], to be closed with this
    OpenFile(Frame frame, int descriptor) {
        this.frame = frame;
        this.descriptor = descriptor;
    }

    Signature signature() throws IOException {
        return frame.look(descriptor).orElseThrow(this::failure);
    }

    /// Returns the content from the first byte on. It is closed with the file.
    InputStream content() {
        return new Content();
    }

    private IOException failure() {
        return new IOException("error %d".formatted(Kernel.errno(frame.state)));
    }

    @Override
    public void close() {
        Kernel.close(frame.state, descriptor);
        arena.close();
    }

    private final class Content extends InputStream {
        private long position;

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            var part = buffer.asSlice(0, Math.min(length, BUFFER_BYTES));
            var read = Kernel.pread(frame.state, descriptor, part, position);
            while (read < 0 && Kernel.errno(frame.state) == Kernel.EINTR) {
                read = Kernel.pread(frame.state, descriptor, part, position);
            }
            if (read < 0) {
                throw failure();
            }
            if (read == 0) {
                return -1;
            }
            MemorySegment.copy(buffer, JAVA_BYTE, 0, bytes, offset, (int) read);
            position += read;
            return (int) read;
        }
    }
}
