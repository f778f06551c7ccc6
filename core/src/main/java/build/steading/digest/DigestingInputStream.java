// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/// Passes bytes on and digests them, so that content is hashed once, while it moves. Not thread-safe.
public final class DigestingInputStream extends FilterInputStream {
    private final MessageDigest sha256 = Digest.sha256();
    private long sizeBytes;

    public DigestingInputStream(InputStream next) {
        super(next);
    }

    @Override
    public int read() throws IOException {
        var b = in.read();
        if (b >= 0) {
            sha256.update((byte) b);
            sizeBytes++;
        }
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = in.read(buffer, offset, length);
        if (n > 0) {
            sha256.update(buffer, offset, n);
            sizeBytes += n;
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return readNBytes((int) Math.min(n, 64 * 1024)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /// Returns the digest of all bytes read so far, and begins anew.
    public Digest digest() {
        var digest = new Digest(HexFormat.of().formatHex(sha256.digest()), sizeBytes);
        sizeBytes = 0;
        return digest;
    }
}
