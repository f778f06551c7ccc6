// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;

/// What a machine or a user joins a farm with: says by which certificate the farm's authority is known, so that
/// nobody can stand in between, and proves that an admin allowed the joining.
///
/// @param authority of the authority's certificate
public record JoinToken(Fingerprint authority, Secret secret) {
    private static final String PREFIX = "st1-";
    private static final int FINGERPRINT_DIGITS = 52;

    /// Reads what [#text] wrote, also in capitals and with white space around it.
    ///
    /// @throws SteadingException with `Invalid` if it is cut off, mistyped or something else
    public static JoinToken parse(String text) {
        var parts = TokenText.parse("join token", PREFIX, text, FINGERPRINT_DIGITS, Secret.DIGITS);
        var authority = new Fingerprint(TokenText.decode(parts.get(0)));
        return new JoinToken(authority, Secret.parse(parts.get(1)).orElseThrow());
    }

    /// Returns what people copy: `st1-…`, 101 characters. It is a secret.
    public String text() {
        return TokenText.join(PREFIX, TokenText.encode(authority.hex()), secret.text());
    }
}
