// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.auth.Token.Use;
import java.util.List;
import java.util.Optional;

/// Remembers tokens. Implementations are thread-safe; what a method has changed is stored when it returns.
public interface Tokens {
    /// Returns all, oldest first.
    List<Token> all();

    /// @param token its id is new
    void add(Token token);

    /// Counts one use, and returns the token after it. Empty, and nothing changes, if there is no such token or
    /// no use of it is left: however many ask at once, a token is never used more often than it may be.
    Optional<Token> use(String id, Use use);

    /// Returns whether there was such a token.
    boolean remove(String id);
}
