// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.SteadingException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// What a `ByteStream` call is about: `[{instance}/]blobs/{hash}/{size}` to read, and
/// `[{instance}/]uploads/{uuid}/blobs/{hash}/{size}[/{metadata}]` to write. Bytes that travel compressed are
/// named by `compressed-blobs/zstd` in place of `blobs`. A hash that is not by SHA-256 has the name of its
/// function before it, as in `blobs/blake3/{hash}/{size}`.
///
/// @param instance may be empty, and may contain `/`
record ResourceName(String instance, Digest digest, Compression compression) {
    private static final String COMPRESSED = "compressed-blobs";
    private static final Set<String> BLOBS = Set.of("blobs", COMPRESSED);

    /// @throws SteadingException with `Invalid` if `text` names no blob to read
    static ResourceName ofDownload(String text) {
        var parts = split(text);
        for (var i = 0; i < parts.size(); i++) {
            if (BLOBS.contains(parts.get(i))) {
                var name = parse(text, parts, i, i);
                var named = name.digest().function().mark().isEmpty() ? 3 : 4;
                if (parts.size() > i + named + (name.compression() == Compression.IDENTITY ? 0 : 1)) {
                    throw malformed(text);
                }
                return name;
            }
        }
        throw malformed(text);
    }

    /// @throws SteadingException with `Invalid` if `text` names no blob to write
    static ResourceName ofUpload(String text) {
        var parts = split(text);
        var uploads = parts.indexOf("uploads");
        if (uploads < 0 || parts.size() < uploads + 3 || parts.get(uploads + 1).isEmpty()) {
            throw malformed(text);
        }
        if (!BLOBS.contains(parts.get(uploads + 2))) {
            throw malformed(text);
        }
        return parse(text, parts, uploads, uploads + 2);
    }

    private static ResourceName parse(String text, List<String> parts, int instanceEnd, int blobs) {
        var compression = Compression.IDENTITY;
        var hash = blobs + 1;
        if (parts.get(blobs).equals(COMPRESSED)) {
            if (parts.size() <= hash || !parts.get(hash).equals("zstd")) {
                throw unsupported(text);
            }
            compression = Compression.ZSTD;
            hash++;
        }
        var function = HashFunction.SHA256;
        if (parts.size() > hash && parts.get(hash).equals(HashFunction.BLAKE3.mark())) {
            function = HashFunction.BLAKE3;
            hash++;
        }
        if (parts.size() < hash + 2) {
            throw malformed(text);
        }
        try {
            var size = parts.get(hash + 1);
            if (!size.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw malformed(text);
            }
            var digest = new Digest(function, parts.get(hash), Long.parseLong(size));
            return new ResourceName(String.join("/", parts.subList(0, instanceEnd)), digest, compression);
        } catch (IllegalArgumentException _) {
            throw malformed(text);
        }
    }

    private static List<String> split(String text) {
        return Arrays.asList(text.split("/", -1));
    }

    private static SteadingException malformed(String text) {
        return SteadingException.invalid(
                "Resource name `%s` is neither `[INSTANCE/]blobs/[blake3/]HASH/SIZE`"
                        + " nor `[INSTANCE/]uploads/UUID/blobs/[blake3/]HASH/SIZE`",
                text);
    }

    private static SteadingException unsupported(String text) {
        return SteadingException.invalid(
                "Resource name `%s` asks for a compressor that is not served; allowed is `zstd`", text);
    }
}
