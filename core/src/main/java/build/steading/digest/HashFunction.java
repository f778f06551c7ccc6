// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.bouncycastle.jcajce.provider.digest.Blake3;

/// What blobs can be named by: functions that give 32 bytes. A blob has a name for each of them, and whoever asks
/// for it by one name does not find what was stored by another.
///
/// The farm itself names everything by SHA-256; what a client brings keeps the names that the client gave it.
public enum HashFunction {
    SHA256("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") {
        @Override
        MessageDigest start() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    },
    BLAKE3("blake3", "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262") {
        @Override
        MessageDigest start() {
            return new Blake3.Blake3_256();
        }
    };

    private final String mark;
    private final String hashOfNothing;

    HashFunction(String mark, String hashOfNothing) {
        this.mark = mark;
        this.hashOfNothing = hashOfNothing;
    }

    /// Returns what tells digests of this function from others where both are text; empty for SHA-256.
    public String mark() {
        return mark;
    }

    /// Returns the digest of the blob without bytes, which every store has.
    public Digest empty() {
        return new Digest(this, hashOfNothing, 0);
    }

    /// Returns the digest of `bytes`.
    public Digest of(byte[] bytes) {
        return digest(start().digest(bytes), bytes.length);
    }

    Digest digest(byte[] hash, long sizeBytes) {
        return new Digest(this, HexFormat.of().formatHex(hash), sizeBytes);
    }

    /// Returns the function at its beginning.
    abstract MessageDigest start();
}
