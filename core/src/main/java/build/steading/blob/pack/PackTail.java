// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The end of the packs, where records are appended. What was appended counts from the next commit on. Not
/// thread-safe.
final class PackTail implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PackTail.class.getName());
    private static final int BUFFER_BYTES = 1 << 20;

    private final Packs packs;
    private final int packBytes;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private int lastNumber;
    private @Nullable Pack pack;
    private @Nullable FileChannel channel;

    /// How much of the pack is written; the buffer comes behind it.
    private long written;

    /// Appends to the newest pack, as far as its size says that it counts.
    ///
    /// @param packBytes how large a pack becomes
    /// @param lastNumber a number that new packs exceed
    PackTail(Packs packs, int packBytes, int lastNumber) throws IOException {
        this.packs = packs;
        this.packBytes = packBytes;
        this.lastNumber = lastNumber;
        var newest = packs.newest();
        if (newest.isPresent() && newest.get().number() >= lastNumber) {
            open(newest.get());
        }
    }

    private void open(Pack next) throws IOException {
        channel = FileChannel.open(next.file(), StandardOpenOption.WRITE);
        channel.truncate(next.sizeBytes());
        pack = next;
        packs.grow(next);
        lastNumber = next.number();
        written = next.sizeBytes();
    }

    /// Returns where the next record comes, as far as is committed.
    Place end() {
        return pack == null ? new Place(lastNumber, 0) : new Place(pack.number(), (int) pack.sizeBytes());
    }

    /// Returns where the record will be.
    ///
    /// @param bytes are read
    Place append(ByteBuffer bytes) throws IOException {
        var to = pack;
        if (to == null || written + buffer.position() + bytes.remaining() > packBytes) {
            to = next();
        }
        if (bytes.remaining() > buffer.remaining()) {
            flush();
        }
        var place = new Place(to.number(), (int) written + buffer.position());
        buffer.put(bytes);
        return place;
    }

    private Pack next() throws IOException {
        if (channel != null) {
            flush();
            // Whatever counts in later packs depends on nothing here, but this is the last time that it is open.
            channel.force(false);
        }
        var finished = pack;
        if (finished != null) {
            packs.resize(finished, written);
        }
        close();
        var fresh = packs.create(lastNumber);
        open(fresh);
        return fresh;
    }

    private void flush() throws IOException {
        var to = channel;
        if (to == null) {
            return;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            written += to.write(buffer, written);
        }
        buffer.clear();
    }

    /// Makes count what was appended.
    ///
    /// @param force whether it, and all before it, shall survive the end of the machine
    void commit(boolean force) throws IOException {
        flush();
        if (channel != null && force) {
            channel.force(false);
        }
        var to = pack;
        if (to != null) {
            packs.resize(to, written);
        }
    }

    /// Forgets what was appended since the last commit. What the disk then says of the pack is not to be trusted,
    /// so all of that is cut off.
    void rollBack() {
        buffer.clear();
        var broken = Optional.ofNullable(pack);
        try {
            close();
            if (broken.isPresent()) {
                open(broken.get());
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "The next blobs come into a new pack", e);
        }
    }

    @Override
    public void close() throws IOException {
        var from = channel;
        channel = null;
        pack = null;
        if (from != null) {
            from.close();
        }
    }
}
