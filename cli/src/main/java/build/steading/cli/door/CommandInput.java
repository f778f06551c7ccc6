// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Objects;

/// A command's standard input. Each read here becomes one `read` of the launcher's, so nothing is taken from the
/// user's terminal, file or pipe that the command did not ask for. Thread-safe.
final class CommandInput extends InputStream {
    private static final int MAX_READ_BYTES = 64 << 10;

    private final Outlet outlet;

    @GuardedBy("this")
    private ByteBuffer received = ByteBuffer.allocate(0);

    /// Bytes asked for and not yet answered; 0 if none.
    @GuardedBy("this")
    private int asked;

    @GuardedBy("this")
    private boolean ended;

    CommandInput(Outlet outlet) {
        this.outlet = outlet;
    }

    /// @throws ProtocolException if the launcher sends what nobody asked for
    synchronized void receive(ByteBuffer bytes) throws ProtocolException {
        if (bytes.remaining() > asked) {
            throw new ProtocolException(
                    "Launcher sent %d bytes of input where %d were asked for".formatted(bytes.remaining(), asked));
        }
        received = bytes;
        asked = 0;
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public int read() throws InterruptedIOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public synchronized int read(byte[] bytes, int offset, int length) throws InterruptedIOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        awaitInput(Math.min(length, MAX_READ_BYTES));
        if (!received.hasRemaining()) {
            return -1;
        }
        int count = Math.min(length, received.remaining());
        received.get(bytes, offset, count);
        return count;
    }

    @Override
    public synchronized int available() {
        return received.remaining();
    }

    private synchronized void awaitInput(int wanted) throws InterruptedIOException {
        try {
            while (!received.hasRemaining() && !ended) {
                if (asked == 0) {
                    asked = wanted;
                    outlet.sendNow(new PayloadWriter().u32(wanted).frame(FrameType.READ));
                }
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for input");
        }
    }
}
