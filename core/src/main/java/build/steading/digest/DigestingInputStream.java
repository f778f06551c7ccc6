// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;

/// Passes bytes on and digests them, so that content is hashed once, while it moves. Not thread-safe.
public final class DigestingInputStream extends FilterInputStream {
    private final HashFunction function;
    private final MessageDigest running;
    private long sizeBytes;

    /// Digests by SHA-256.
    public DigestingInputStream(InputStream next) {
        this(next, HashFunction.SHA256);
    }

    public DigestingInputStream(InputStream next, HashFunction function) {
        super(next);
        this.function = function;
        this.running = function.start();
    }

    @Override
    public int read() throws IOException {
        var b = in.read();
        if (b >= 0) {
            running.update((byte) b);
            sizeBytes++;
        }
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = in.read(buffer, offset, length);
        if (n > 0) {
            running.update(buffer, offset, n);
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
        var digest = function.digest(running.digest(), sizeBytes);
        sizeBytes = 0;
        return digest;
    }
}
