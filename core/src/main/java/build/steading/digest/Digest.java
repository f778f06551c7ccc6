// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import com.google.protobuf.MessageLite;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names a blob by its content: the SHA-256 of its bytes, and how many there are.
///
/// @param hash 64 lower-case hex digits
/// @param sizeBytes length of the blob in bytes, never negative
public record Digest(String hash, long sizeBytes) {
    /// The blob without bytes, which every store has.
    public static final Digest EMPTY = of(new byte[0]);

    /// @throws IllegalArgumentException if either component is out of range
    public Digest {
        if (!isSha256(hash)) {
            throw new IllegalArgumentException("Digest hash `%s` is not 64 lower-case hex digits".formatted(hash));
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("Digest size %d is negative".formatted(sizeBytes));
        }
    }

    /// Returns the digest of `bytes`.
    public static Digest of(byte[] bytes) {
        return new Digest(HexFormat.of().formatHex(sha256().digest(bytes)), bytes.length);
    }

    /// Returns the digest of a message as it would be serialised now. Only for messages that we have just built
    /// ourselves.
    public static Digest of(MessageLite message) {
        return of(message.toByteArray());
    }

    /// Reads what [#toString] writes.
    ///
    /// @throws IllegalArgumentException if `text` is not `hash/size`
    public static Digest parse(String text) {
        var slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("Digest `%s` is not `hash/size`".formatted(text));
        }
        return new Digest(text.substring(0, slash), Long.parseLong(text.substring(slash + 1)));
    }

    /// Returns `hash/size`, as in resource names of the Remote Execution API.
    @Override
    public String toString() {
        return hash + "/" + sizeBytes;
    }

    /// Returns a fresh SHA-256, which every Java platform has.
    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isSha256(String hash) {
        if (hash.length() != 64) {
            return false;
        }
        for (var i = 0; i < 64; i++) {
            var c = hash.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
