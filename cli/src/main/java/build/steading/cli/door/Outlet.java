// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Sends frames to one launcher, in order, from a thread of its own.
///
/// A command's threads may be interrupted at any time, and an interrupt in the middle of a write would close the
/// channel: hence only [#drain] ever touches it. Thread-safe.
final class Outlet {
    /// How much output waits for a slow launcher before its command must wait as well.
    private static final int MAX_QUEUED_BYTES = 256 << 10;

    private static final int MAX_BATCH = 16;

    private final SocketChannel channel;

    @GuardedBy("this")
    private final Deque<ByteBuffer> queue = new ArrayDeque<>();

    @GuardedBy("this")
    private long queuedBytes;

    @GuardedBy("this")
    private boolean closed;

    Outlet(SocketChannel channel) {
        this.channel = channel;
    }

    /// Queues a frame, waiting while the launcher is too slow. Does nothing once the outlet is closed.
    ///
    /// @throws InterruptedIOException if the thread was interrupted while it waited; it stays interrupted
    synchronized void send(Frame frame) throws InterruptedIOException {
        try {
            while (queuedBytes >= MAX_QUEUED_BYTES && !closed) {
                wait();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while the terminal was busy");
        }
        sendNow(frame);
    }

    /// Queues a small frame at once. Does nothing once the outlet is closed.
    synchronized void sendNow(Frame frame) {
        if (!closed) {
            var encoded = frame.encoded();
            queue.add(encoded);
            queuedBytes += encoded.remaining();
            notifyAll();
        }
    }

    /// Queues a frame that says nothing but that we are alive: only if nothing else is being said.
    synchronized void sendIfQuiet(Frame frame) {
        if (queuedBytes == 0) {
            sendNow(frame);
        }
    }

    /// Queues the last frames of all and lets [#drain] return when they are sent; later ones are discarded.
    synchronized void finish(List<Frame> last) {
        for (var frame : last) {
            sendNow(frame);
        }
        closed = true;
        notifyAll();
    }

    /// Discards what waits and whatever comes: nobody is there to read it.
    synchronized void abandon() {
        closed = true;
        queue.clear();
        queuedBytes = 0;
        notifyAll();
    }

    /// Sends what is queued until [#finish] or [#abandon]. To be run once.
    void drain() throws InterruptedException {
        try {
            for (var batch = next(); batch.isPresent(); batch = next()) {
                write(batch.get());
            }
        } catch (IOException _) {
            abandon();
        }
    }

    private void write(ByteBuffer[] batch) throws IOException {
        long left = 0;
        for (var buffer : batch) {
            left += buffer.remaining();
        }
        long total = left;
        while (left > 0) {
            left -= channel.write(batch);
        }
        synchronized (this) {
            queuedBytes = Math.max(0, queuedBytes - total);
            notifyAll();
        }
    }

    private synchronized Optional<ByteBuffer[]> next() throws InterruptedException {
        while (queue.isEmpty() && !closed) {
            wait();
        }
        var batch = new ByteBuffer[Math.min(queue.size(), MAX_BATCH)];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = queue.remove();
        }
        return batch.length == 0 ? Optional.empty() : Optional.of(batch);
    }
}
