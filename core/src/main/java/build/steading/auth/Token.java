// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import java.time.Instant;
import java.util.Optional;

/// A token as the server knows it: without the secret.
///
/// @param id the secret's public name
/// @param hash of the secret
/// @param creator name of the admin who made it
/// @param used how many have joined by it
/// @param lastUse who joined last, if anybody did
public record Token(
        String id, String hash, TokenTerms terms, String creator, Instant created, int used, Optional<Use> lastUse) {
    /// One joining.
    ///
    /// @param name of who joined
    public record Use(String name, Instant at) {}

    public Instant expires() {
        return created.plus(terms.life());
    }

    public boolean usedUp() {
        return terms.kind() == TokenTerms.Kind.JOIN && used >= terms.uses();
    }

    /// Returns the token after one more use.
    public Token after(Use use) {
        return new Token(id, hash, terms, creator, created, used + 1, Optional.of(use));
    }
}
