// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Hands the pieces of an upload from the thread of its call to the thread that stores them, one piece at a time,
/// so that a client cannot send faster than the store takes.
final class UploadPipe extends InputStream {
    /// How long the reader waits for the next piece: as long as a client may take to come back.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Duration patience;

    @GuardedBy("this")
    private @Nullable ByteString offered;

    @GuardedBy("this")
    private boolean complete;

    @GuardedBy("this")
    private @Nullable String broken;

    @GuardedBy("this")
    private boolean closed;

    /// The piece being read; touched by the reader only.
    private InputStream current = InputStream.nullInputStream();

    UploadPipe() {
        this(PATIENCE);
    }

    /// @param patience how long to wait for the next piece
    UploadPipe(Duration patience) {
        this.patience = patience;
    }

    /// Waits until the reader has taken the piece before this one. Does nothing once nobody reads any more.
    synchronized void offer(ByteString piece) throws InterruptedException {
        while (offered != null && !closed) {
            wait();
        }
        if (!closed && !piece.isEmpty()) {
            offered = piece;
            notifyAll();
        }
    }

    /// Says that no more pieces come.
    synchronized void complete() {
        complete = true;
        notifyAll();
    }

    /// Ends the upload before its time: the reader gets an `IOException`.
    synchronized void abort(String reason) {
        broken = reason;
        notifyAll();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        var n = current.read(buffer, offset, length);
        while (n < 0) {
            var next = take();
            if (next == null) {
                return -1;
            }
            current = next.newInput();
            n = current.read(buffer, offset, length);
        }
        return n;
    }

    /// Says that nobody reads any more.
    @Override
    public synchronized void close() {
        closed = true;
        offered = null;
        notifyAll();
    }

    private synchronized @Nullable ByteString take() throws IOException {
        var deadline = System.nanoTime() + patience.toNanos();
        try {
            while (offered == null && !complete && broken == null) {
                var leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new IOException("Nothing came for %d s".formatted(patience.toSeconds()));
                }
                wait(leftMillis);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for the rest of an upload");
        }
        if (broken != null) {
            throw new IOException(broken);
        }
        var piece = offered;
        offered = null;
        notifyAll();
        return piece;
    }
}
