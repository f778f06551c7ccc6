// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.digest.Digest;
import build.steading.digest.DigestingInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Ends in an `IOException` unless all bytes together have the digest that they should. Not thread-safe.
final class VerifyingInputStream extends FilterInputStream {
    private final Digest expected;
    private final DigestingInputStream digesting;
    private long readBytes;
    private boolean verified;

    VerifyingInputStream(Digest expected, InputStream content) {
        var digesting = new DigestingInputStream(content);
        super(digesting);
        this.expected = expected;
        this.digesting = digesting;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = in.read(buffer, offset, length);
        readBytes += Math.max(n, 0);
        if (readBytes > expected.sizeBytes()) {
            throw new IOException("Blob `%s` came with more bytes than that".formatted(expected));
        }
        if (n < 0 && !verified) {
            verify();
        }
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        return readNBytes((int) Math.min(n, 64 << 10)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void verify() throws IOException {
        var found = digesting.digest();
        if (!found.equals(expected)) {
            throw new IOException("Blob `%s` came with the bytes of `%s`".formatted(expected, found));
        }
        verified = true;
    }
}
