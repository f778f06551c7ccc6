// SPDX-License-Identifier: Apache-2.0
package build.steading.digest;

import com.google.protobuf.MessageLite;

/// Names a blob by its content: a hash of its bytes, and how many there are.
///
/// @param function by which the hash was made; without one it is SHA-256
/// @param hash 64 lower-case hex digits
/// @param sizeBytes length of the blob in bytes, never negative
public record Digest(HashFunction function, String hash, long sizeBytes) {
    /// The blob without bytes, which every store has, by SHA-256.
    public static final Digest EMPTY = HashFunction.SHA256.empty();

    /// @throws IllegalArgumentException if a component is out of range
    public Digest {
        if (!isHash(hash)) {
            throw new IllegalArgumentException("Digest hash `%s` is not 64 lower-case hex digits".formatted(hash));
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("Digest size %d is negative".formatted(sizeBytes));
        }
    }

    /// @throws IllegalArgumentException if either component is out of range
    public Digest(String hash, long sizeBytes) {
        this(HashFunction.SHA256, hash, sizeBytes);
    }

    /// Returns the digest of `bytes` by SHA-256.
    public static Digest of(byte[] bytes) {
        return HashFunction.SHA256.of(bytes);
    }

    /// Returns the digest by SHA-256 of a message as it would be serialised now. Only for messages that we have
    /// just built ourselves.
    public static Digest of(MessageLite message) {
        return of(message.toByteArray());
    }

    /// Reads what [#toString] writes.
    ///
    /// @throws IllegalArgumentException if `text` is neither `hash/size` nor `function/hash/size`
    public static Digest parse(String text) {
        for (var function : HashFunction.values()) {
            if (!function.mark().isEmpty() && text.startsWith(function.mark() + "/")) {
                return parse(function, text.substring(function.mark().length() + 1));
            }
        }
        return parse(HashFunction.SHA256, text);
    }

    private static Digest parse(HashFunction function, String text) {
        var slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("Digest `%s` is not `hash/size`".formatted(text));
        }
        return new Digest(function, text.substring(0, slash), Long.parseLong(text.substring(slash + 1)));
    }

    /// Returns whether this names the blob without bytes.
    public boolean isEmpty() {
        return sizeBytes == 0 && equals(function.empty());
    }

    /// Returns `hash/size`, or `function/hash/size` if it is not SHA-256, as in resource names of the Remote
    /// Execution API.
    @Override
    public String toString() {
        return (function.mark().isEmpty() ? "" : function.mark() + "/") + hash + "/" + sizeBytes;
    }

    private static boolean isHash(String hash) {
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
