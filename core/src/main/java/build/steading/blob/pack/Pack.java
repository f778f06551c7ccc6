// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One pack file, to be read from. It is opened when it is first read. Thread-safe.
final class Pack implements AutoCloseable {
    private final int number;
    private final Path file;
    private final AtomicLong sizeBytes;

    @GuardedBy("this")
    private @Nullable FileChannel channel;

    @GuardedBy("this")
    private boolean deleted;

    Pack(int number, Path file, long sizeBytes) {
        this.number = number;
        this.file = file;
        this.sizeBytes = new AtomicLong(sizeBytes);
    }

    int number() {
        return number;
    }

    Path file() {
        return file;
    }

    /// Returns how long the part of the file is that counts.
    long sizeBytes() {
        return sizeBytes.get();
    }

    void resize(long bytes) {
        sizeBytes.set(bytes);
    }

    /// Fills `target` with what the pack holds from `offset` on.
    ///
    /// @throws NoSuchFileException if the pack has been deleted: what it held may be elsewhere now
    void read(ByteBuffer target, long offset) throws IOException {
        while (target.hasRemaining()) {
            var from = open();
            try {
                if (from.read(target, offset + target.position()) < 0) {
                    throw new EOFException("`%s` ends before byte %d".formatted(file, offset + target.limit()));
                }
            } catch (ClosedByInterruptException e) {
                throw e;
            } catch (ClosedChannelException _) {
                // Another reader was interrupted, which closes the channel for all: it is opened again.
            }
        }
    }

    private synchronized FileChannel open() throws IOException {
        if (deleted) {
            throw new NoSuchFileException(file.toString());
        }
        var known = channel;
        if (known == null || !known.isOpen()) {
            known = FileChannel.open(file, StandardOpenOption.READ);
            channel = known;
        }
        return known;
    }

    /// Deletes the file. Whoever reads from it right now is told so.
    synchronized void delete() throws IOException {
        deleted = true;
        close();
        Files.deleteIfExists(file);
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
