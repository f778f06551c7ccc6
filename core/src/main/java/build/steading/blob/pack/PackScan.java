// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads a pack from one end to the other and finds all good records, also those after damaged ones. Not
/// thread-safe.
final class PackScan {
    private static final int STEP_BYTES = 8;
    private static final int WINDOW_BYTES = 1 << 20;

    private final Pack pack;
    private final long end;
    private final int maxLength;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowStart;
    private boolean gaps;

    /// Is shown each record.
    interface Visitor {
        /// @param place of the record
        /// @param record whose content is valid during the call only
        void visit(Place place, PackRecord record) throws IOException;
    }

    /// @param maxContentBytes of the largest blob that may be there
    PackScan(Pack pack, int maxContentBytes) {
        this.pack = pack;
        this.end = pack.sizeBytes();
        this.maxLength = PackRecord.length(maxContentBytes);
        if (maxLength > WINDOW_BYTES) {
            throw new IllegalArgumentException("A record of %d bytes is too long".formatted(maxLength));
        }
    }

    /// Shows `visitor` all good records that begin at `from` or after it.
    ///
    /// @return where the last of them ends; `from` if there is none
    long from(long from, Visitor visitor) throws IOException {
        var at = from;
        var last = from;
        while (end - at >= PackRecord.HEADER_BYTES) {
            var record = look(at);
            if (record.isPresent()) {
                gaps |= at != last;
                visitor.visit(new Place(pack.number(), (int) at), record.get());
                at += PackRecord.length(record.get().content().remaining());
                last = at;
            } else {
                at += STEP_BYTES;
            }
        }
        return last;
    }

    /// Returns whether there was something between the records, or before them, that is none.
    boolean foundGaps() {
        return gaps;
    }

    private Optional<PackRecord> look(long at) throws IOException {
        provide(at, PackRecord.HEADER_BYTES);
        var length = PackRecord.length(window);
        if (length.isEmpty() || length.get() > Math.min(maxLength, end - at)) {
            return Optional.empty();
        }
        provide(at, length.get());
        return PackRecord.decode(window);
    }

    /// Sees to it that the window holds so many bytes from `at` on, at its position.
    private void provide(long at, int bytes) throws IOException {
        if (at < windowStart || at + bytes > windowStart + window.limit()) {
            window.clear().limit((int) Math.min(WINDOW_BYTES, end - at));
            pack.read(window, at);
            windowStart = at;
        }
        window.position((int) (at - windowStart));
    }
}
