// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.digest.Digest;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/// One blob as it stands in a pack.
///
/// In network byte order: `SPK1` (4 bytes), a checksum (4), the function and size of the digest (4, see
/// [Key#kind]), when it was written (4, in seconds since 1970), the hash (32), the content, and zeros up to a
/// multiple of 8. The checksum is the CRC-32C of all that follows it but the zeros. Content was compared with its
/// digest before it was written, so a record whose checksum is right holds the right bytes.
///
/// @param writtenSeconds when, since 1970, in seconds
/// @param content from position to limit
record PackRecord(Digest digest, int writtenSeconds, ByteBuffer content) {
    static final int HEADER_BYTES = 48;

    private static final int MAGIC = 0x53504b31;
    private static final int ALIGNMENT = 8;
    private static final int CHECKED_FROM = 8;
    private static final int HASH_BYTES = 32;

    /// Returns how many bytes of a pack a blob takes up.
    static int length(int contentBytes) {
        return (HEADER_BYTES + contentBytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// Returns the bytes of this record, ready to be read.
    ByteBuffer encode() {
        var size = content.remaining();
        var bytes = ByteBuffer.allocate(length(size));
        bytes.putInt(MAGIC).putInt(0).putInt(Key.kind(digest)).putInt(writtenSeconds);
        bytes.put(HexFormat.of().parseHex(digest.hash())).put(content.duplicate());
        bytes.putInt(Integer.BYTES, checksum(bytes, size));
        return bytes.clear();
    }

    /// Returns how long the record is that begins with these bytes; empty if none does.
    ///
    /// @param header from its position on, at least `HEADER_BYTES` long
    static Optional<Integer> length(ByteBuffer header) {
        var at = header.position();
        var kind = header.getInt(at + 2 * Integer.BYTES);
        return header.getInt(at) == MAGIC && Key.isKnown(kind) ? Optional.of(length(Key.size(kind))) : Optional.empty();
    }

    /// Returns the record in these bytes; empty if they are no good one.
    ///
    /// @param bytes from position to limit; what is returned is part of them
    static Optional<PackRecord> decode(ByteBuffer bytes) {
        if (bytes.remaining() < HEADER_BYTES) {
            return Optional.empty();
        }
        var length = length(bytes);
        if (length.isEmpty() || length.get() > bytes.remaining()) {
            return Optional.empty();
        }
        var record = bytes.slice(bytes.position(), length.get());
        var kind = record.getInt(2 * Integer.BYTES);
        var size = Key.size(kind);
        if (record.getInt(Integer.BYTES) != checksum(record, size)) {
            return Optional.empty();
        }
        var hash = new byte[HASH_BYTES];
        record.get(HEADER_BYTES - HASH_BYTES, hash);
        var digest = new Digest(Key.function(kind).orElseThrow(), HexFormat.of().formatHex(hash), size);
        return Optional.of(new PackRecord(digest, record.getInt(3 * Integer.BYTES), record.slice(HEADER_BYTES, size)));
    }

    private static int checksum(ByteBuffer record, int size) {
        var checksum = new CRC32C();
        checksum.update(record.slice(CHECKED_FROM, HEADER_BYTES - CHECKED_FROM + size));
        return (int) checksum.getValue();
    }
}
