// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.auth.Token.Use;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps tokens in memory, for tests.
public final class MemoryTokens implements Tokens {
    private final Map<String, Token> tokens = new HashMap<>();

    @Override
    public synchronized List<Token> all() {
        return tokens.values().stream()
                .sorted(Comparator.comparing(Token::created).thenComparing(Token::id))
                .toList();
    }

    @Override
    public synchronized void add(Token token) {
        tokens.put(token.id(), token);
    }

    @Override
    public synchronized Optional<Token> use(String id, Use use) {
        var token = Optional.ofNullable(tokens.get(id))
                .filter(found -> found.used() < found.terms().uses())
                .map(found -> found.after(use));
        token.ifPresent(after -> tokens.put(id, after));
        return token;
    }

    @Override
    public synchronized boolean remove(String id) {
        return tokens.remove(id) != null;
    }
}
