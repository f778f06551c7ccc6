// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.US_ASCII;

import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.jspecify.annotations.Nullable;

/// A file of records of equal size, each a git object id with a digest and a checksum, that only grows at its
/// end. What follows the first damaged record is cut off when it is opened, and a record is believed only if its
/// own checksum holds, so neither a crash nor a second process can make it lie. Not thread-safe.
final class RecordFile implements AutoCloseable {
    private static final int RECORD_BYTES = 64;
    private static final int CHECKED_BYTES = RECORD_BYTES - Integer.BYTES;
    private static final int HASH_BYTES = 32;
    private static final int BLOCK_RECORDS = 64;
    private static final int PENDING_RECORDS = 1024;
    /// The last digit is the version of the conversion: another conversion begins another file.
    private static final byte[] HEADER = headerOf("steading git-to-digest memory 1");

    private final Path path;
    private FileChannel channel;
    /// Records in the file; those of `pending` follow them.
    private int written;

    private final ByteBuffer pending = ByteBuffer.allocate(PENDING_RECORDS * RECORD_BYTES);
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_RECORDS * RECORD_BYTES);
    /// Number of the first record in `block`, or -1.
    private int blockStart = -1;

    private final byte[] record = new byte[RECORD_BYTES];

    private RecordFile(Path path) throws IOException {
        this.path = path;
        this.channel = openChannel(path);
    }

    static RecordFile open(Path path) throws IOException {
        var file = new RecordFile(path);
        try {
            file.recover();
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return file;
    }

    int count() {
        return written + pending.position() / RECORD_BYTES;
    }

    void append(AnyObjectId id, Digest digest) throws IOException {
        if (!pending.hasRemaining()) {
            flush();
        }
        var start = pending.position();
        id.copyRawTo(pending);
        pending.put(HexFormat.of().parseHex(digest.hash())).putLong(digest.sizeBytes());
        pending.putInt(checksum(pending.array(), start));
    }

    /// Returns the digest in the record of this number if the record is about `id`.
    @Nullable
    Digest read(int number, AnyObjectId id) throws IOException {
        load(number);
        if (id.compareTo(record, 0) != 0 || ByteBuffer.wrap(record).getInt(CHECKED_BYTES) != checksum(record, 0)) {
            return null;
        }
        var hash =
                HexFormat.of().formatHex(record, Constants.OBJECT_ID_LENGTH, Constants.OBJECT_ID_LENGTH + HASH_BYTES);
        return new Digest(hash, ByteBuffer.wrap(record).getLong(Constants.OBJECT_ID_LENGTH + HASH_BYTES));
    }

    /// Returns the first bytes of the object id in the record of this number.
    long prefix(int number) throws IOException {
        load(number);
        return ByteBuffer.wrap(record).getLong(0);
    }

    /// Returns the first bytes of `id`.
    static long prefix(AnyObjectId id) {
        var prefix = 0L;
        for (var i = 0; i < Long.BYTES; i++) {
            prefix = (prefix << Byte.SIZE) | id.getByte(i);
        }
        return prefix;
    }

    void flush() throws IOException {
        pending.flip();
        var records = pending.limit() / RECORD_BYTES;
        var position = position(written);
        while (pending.hasRemaining()) {
            position += channel.write(pending, position);
        }
        pending.clear();
        written += records;
        blockStart = -1;
    }

    /// Forgets all but the newest `keep` records.
    void keepLast(int keep) throws IOException {
        flush();
        var next = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(next);
        var first = Math.max(0, written - keep);
        try (var target = openChannel(next)) {
            writeHeader(target);
            var from = position(first);
            while (from < position(written)) {
                from += channel.transferTo(from, position(written) - from, target.position(target.size()));
            }
            target.force(false);
        }
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
        channel.close();
        channel = openChannel(path);
        written -= first;
        blockStart = -1;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void recover() throws IOException {
        var header = ByteBuffer.allocate(HEADER.length);
        readFully(header, 0);
        if (!ByteBuffer.wrap(HEADER).equals(header.flip())) {
            channel.truncate(0);
            writeHeader(channel);
        }
        var whole = (int) Math.min(Integer.MAX_VALUE - 1, (channel.size() - HEADER.length) / RECORD_BYTES);
        written = whole;
        for (var number = 0; number < whole; number++) {
            load(number);
            if (ByteBuffer.wrap(record).getInt(CHECKED_BYTES) != checksum(record, 0)) {
                written = number;
                break;
            }
        }
        channel.truncate(position(written));
        blockStart = -1;
    }

    /// Copies a record into `record`, through the block that it is part of.
    private void load(int number) throws IOException {
        if (number >= written) {
            pending.get((number - written) * RECORD_BYTES, record);
            return;
        }
        var start = number - number % BLOCK_RECORDS;
        if (start != blockStart) {
            blockStart = -1;
            block.clear();
            readFully(block, position(start));
            blockStart = start;
        }
        block.get((number - start) * RECORD_BYTES, record);
    }

    private void readFully(ByteBuffer target, long position) throws IOException {
        var at = position;
        while (target.hasRemaining()) {
            var n = channel.read(target, at);
            if (n < 0) {
                return;
            }
            at += n;
        }
    }

    private static int checksum(byte[] bytes, int start) {
        var crc = new CRC32C();
        crc.update(bytes, start, CHECKED_BYTES);
        return (int) crc.getValue();
    }

    private static long position(int number) {
        return HEADER.length + (long) number * RECORD_BYTES;
    }

    private static FileChannel openChannel(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    }

    private static void writeHeader(FileChannel target) throws IOException {
        var header = ByteBuffer.wrap(HEADER);
        while (header.hasRemaining()) {
            target.write(header, header.position());
        }
    }

    private static byte[] headerOf(String text) {
        var header = new byte[RECORD_BYTES];
        var bytes = text.getBytes(US_ASCII);
        System.arraycopy(bytes, 0, header, 0, bytes.length);
        return header;
    }
}
