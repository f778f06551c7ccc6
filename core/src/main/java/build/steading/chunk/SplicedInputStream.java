// SPDX-License-Identifier: Apache-2.0
package build.steading.chunk;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;

/// The bytes of several blobs, one after the other; one of them at most is open. Not thread-safe.
final class SplicedInputStream extends InputStream {
    private final BlobStore blobs;
    private final Iterator<Digest> left;
    private InputStream current = InputStream.nullInputStream();
    private boolean whole;

    SplicedInputStream(BlobStore blobs, List<Digest> parts) {
        this.blobs = blobs;
        this.left = parts.iterator();
    }

    /// Returns whether everything was read.
    boolean isWhole() {
        return whole;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    /// @throws SteadingException with `MissingBlobs` if a part has vanished
    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        var n = current.read(buffer, offset, length);
        while (n < 0) {
            if (!left.hasNext()) {
                whole = true;
                return -1;
            }
            current.close();
            current = blobs.open(left.next());
            n = current.read(buffer, offset, length);
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
