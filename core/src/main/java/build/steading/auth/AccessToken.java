// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.failure.SteadingException;

/// What a client that has no certificate shows at each call, as in `Authorization: Bearer sa1-…`. Bazel and other
/// clients of the Remote Execution API can do that.
public record AccessToken(Secret secret) {
    private static final String PREFIX = "sa1-";

    /// Reads what [#text] wrote.
    ///
    /// @throws SteadingException with `Invalid` if it is cut off, mistyped or something else
    public static AccessToken parse(String text) {
        var parts = TokenText.parse("access token", PREFIX, text, Secret.DIGITS);
        return new AccessToken(Secret.parse(parts.getFirst()).orElseThrow());
    }

    /// Returns what people copy. It is a secret.
    public String text() {
        return TokenText.join(PREFIX, secret.text());
    }
}
