// SPDX-License-Identifier: Apache-2.0
package build.steading.chunk;

import java.io.IOException;
import java.io.InputStream;

/// Reads content chunk by chunk, with room for two of them in memory. Not thread-safe.
final class ChunkReader {
    private final InputStream content;
    private final FastCdc rule;
    private final byte[] buffer;
    private int from;
    private int to;

    /// @param sizeBytes length of the content: short content takes up no more
    ChunkReader(InputStream content, long sizeBytes, FastCdc rule) {
        this.content = content;
        this.rule = rule;
        this.buffer = new byte[(int) Math.min(sizeBytes + 1, 2L * rule.maxBytes())];
    }

    /// Returns the next chunk, without bytes if there are no more.
    byte[] next() throws IOException {
        if (to - from < rule.maxBytes()) {
            System.arraycopy(buffer, from, buffer, 0, to - from);
            to -= from;
            from = 0;
            to += content.readNBytes(buffer, to, buffer.length - to);
        }
        var length = rule.cut(buffer, from, to);
        var chunk = new byte[length];
        System.arraycopy(buffer, from, chunk, 0, length);
        from += length;
        return chunk;
    }
}
