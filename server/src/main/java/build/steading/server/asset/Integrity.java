// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.failure.SteadingException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// What content must hash to, in the form of subresource integrity: `sha256-` and the hash in base 64. Of
/// several, with spaces between them, one of the strongest must fit.
record Integrity(String algorithm, List<byte[]> hashes) {
    private static final List<String> STRONGEST_LAST = List.of("sha256", "sha384", "sha512");

    /// @throws SteadingException with `Invalid` if there is no hash in it that can be checked
    static Integrity parse(String text) {
        var best = -1;
        var hashes = new ArrayList<byte[]>();
        for (var part : text.strip().split("\\s+", -1)) {
            var dash = part.indexOf('-');
            var rank =
                    STRONGEST_LAST.indexOf(part.substring(0, Math.max(0, dash)).toLowerCase(Locale.ROOT));
            if (rank < 0 || rank < best) {
                continue;
            }
            if (rank > best) {
                hashes.clear();
                best = rank;
            }
            hashes.add(decode(part.substring(dash + 1), text));
        }
        if (best < 0) {
            throw malformed(text);
        }
        return new Integrity(STRONGEST_LAST.get(best).replace("sha", "SHA-"), hashes);
    }

    private static byte[] decode(String hash, String text) {
        try {
            return Base64.getDecoder().decode(hash);
        } catch (IllegalArgumentException _) {
            throw malformed(text);
        }
    }

    private static SteadingException malformed(String text) {
        return SteadingException.invalid(
                "Qualifier `checksum.sri` is `%s`, needed is for instance `sha256-` and the hash in base 64", text);
    }

    MessageDigest start() {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    boolean fits(byte[] found) {
        return hashes.stream().anyMatch(hash -> MessageDigest.isEqual(hash, found));
    }
}
