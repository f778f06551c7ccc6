// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayOutputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/// A command's standard output and standard error: gathered, and sent as a frame when flushed or large enough.
///
/// Writing to one of the two sends what the other had gathered, so that everything arrives in the order of
/// writing. Thread-safe.
final class CommandOutput {
    private static final int MAX_GATHERED_BYTES = 32 << 10;

    private final Outlet outlet;

    @GuardedBy("this")
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream(512);

    @GuardedBy("this")
    private FrameType current = FrameType.STDOUT;

    CommandOutput(Outlet outlet) {
        this.outlet = outlet;
    }

    OutputStream out() {
        return new Stream(FrameType.STDOUT);
    }

    OutputStream err() {
        return new Stream(FrameType.STDERR);
    }

    private synchronized void write(FrameType type, byte[] bytes, int offset, int length)
            throws InterruptedIOException {
        if (type != current) {
            flush();
            current = type;
        }
        int end = offset + length;
        for (int from = offset; from < end; ) {
            int count = Math.min(end - from, MAX_GATHERED_BYTES - gathered.size());
            gathered.write(bytes, from, count);
            from += count;
            if (gathered.size() >= MAX_GATHERED_BYTES) {
                flush();
            }
        }
    }

    synchronized void flush() throws InterruptedIOException {
        for (var frame : takeRest()) {
            outlet.send(frame);
        }
    }

    /// Returns what was gathered and not sent yet.
    synchronized List<Frame> takeRest() {
        if (gathered.size() == 0) {
            return List.of();
        }
        var payload = ByteBuffer.wrap(gathered.toByteArray());
        gathered.reset();
        return List.of(new Frame(current, payload));
    }

    private final class Stream extends OutputStream {
        private final FrameType type;

        Stream(FrameType type) {
            this.type = type;
        }

        @Override
        public void write(int b) throws InterruptedIOException {
            CommandOutput.this.write(type, new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws InterruptedIOException {
            CommandOutput.this.write(type, bytes, offset, length);
        }

        @Override
        public void flush() throws InterruptedIOException {
            CommandOutput.this.flush();
        }
    }
}
