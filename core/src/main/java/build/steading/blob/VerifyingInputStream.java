// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.DigestingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// Passes on the bytes of a blob and checks them. The last ones are passed on only when all were right, so that
/// whoever has read as many bytes as the digest says has read the blob. Not thread-safe.
public final class VerifyingInputStream extends InputStream {
    private final DigestingInputStream next;
    private final Digest digest;
    private final Runnable onBadBytes;
    private long remaining;
    private boolean bad;

    /// @param next closed with this stream
    /// @param onBadBytes called once, before the `CorruptBlobException`, when the bytes are not those of `digest`
    public VerifyingInputStream(InputStream next, Digest digest, Runnable onBadBytes) {
        this.next = new DigestingInputStream(next, digest.function());
        this.digest = digest;
        this.onBadBytes = onBadBytes;
        this.remaining = digest.sizeBytes();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (bad) {
            throw failure();
        }
        if (remaining == 0) {
            return -1;
        }
        if (length == 0) {
            return 0;
        }
        var n = next.read(buffer, offset, (int) Math.min(length, remaining));
        if (n < 0) {
            throw reject();
        }
        remaining -= n;
        if (remaining == 0 && !isWhole()) {
            throw reject();
        }
        return n;
    }

    private boolean isWhole() throws IOException {
        return next.digest().equals(digest) && next.read() < 0;
    }

    private IOException reject() {
        bad = true;
        onBadBytes.run();
        return failure();
    }

    private IOException failure() {
        return new CorruptBlobException(digest);
    }

    @Override
    public void close() throws IOException {
        next.close();
    }
}
