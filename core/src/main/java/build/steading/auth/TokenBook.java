// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import build.steading.auth.Token.Use;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The tokens that admins have made: which there are, and what each is good for at the moment.
///
/// Thread-safe. All are kept in memory, so that a call costs no question to the store.
public final class TokenBook {
    /// How long one may look up who used a token after it has ended.
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private final Tokens store;
    private final InstantSource clock;
    private final int limit;
    private final Map<String, Token> known = new ConcurrentHashMap<>();

    /// Held while the store and `known` change together.
    private final Object changing = new Object();

    /// A token at the one moment when its secret is known.
    public record Made(Token token, Secret secret) {}

    /// @param limit how many there may be at a time
    public TokenBook(Tokens store, InstantSource clock, int limit) {
        this.store = store;
        this.clock = clock;
        this.limit = limit;
        store.all().forEach(token -> known.put(token.id(), token));
    }

    /// Makes a token. Those that ended long ago are forgotten.
    ///
    /// @param creator name of the admin
    /// @throws SteadingException with `Overloaded` if there are too many
    public Made create(TokenTerms terms, String creator) {
        var secret = Secret.random();
        var token = new Token(secret.id(), secret.hash(), terms, creator, clock.instant(), 0, Optional.empty());
        synchronized (changing) {
            forgetEnded();
            if (known.size() >= limit) {
                throw new SteadingException(new Failure.Overloaded(
                        "There are %d tokens, and no more are allowed; revoke some".formatted(limit),
                        Duration.ofMinutes(1)));
            }
            store.add(token);
            known.put(token.id(), token);
        }
        return new Made(token, secret);
    }

    /// Returns all that have not been forgotten, oldest first.
    public List<Token> all() {
        return known.values().stream()
                .sorted(Comparator.comparing(Token::created).thenComparing(Token::id))
                .toList();
    }

    /// Makes a token worthless at once.
    ///
    /// @throws SteadingException with `NotFound` if there is none
    public void revoke(String id) {
        synchronized (changing) {
            if (!store.remove(id)) {
                throw SteadingException.notFound("There is no token `%s`", id);
            }
            known.remove(id);
        }
    }

    /// Says whose access token this is.
    public Recognition recognise(AccessToken shown) {
        var token = find(shown.secret());
        if (token.isEmpty() || token.get().terms().kind() != TokenTerms.Kind.ACCESS) {
            return new Recognition.Unknown(
                    "This access token is unknown: it was revoked, or is of another farm; ask an admin for a new one");
        }
        if (ended(token.get())) {
            return new Recognition.Unknown("This access token ended at %s; ask an admin for a new one"
                    .formatted(token.get().expires()));
        }
        var terms = token.get().terms();
        return new Recognition.Known(new Identity(terms.name().orElseThrow(), terms.role()));
    }

    /// Returns the token by which somebody wants to join; whether it is used up is another question.
    ///
    /// @throws SteadingException with `Denied` if it does not hold, and why
    Token joining(Secret secret) {
        var token = find(secret)
                .filter(found -> found.terms().kind() == TokenTerms.Kind.JOIN)
                .orElseThrow(() -> denied(
                        "This join token is unknown: it was revoked, or is of another farm; ask an admin for a new one"
                                + " (`steading token create ROLE`)"));
        if (ended(token)) {
            throw denied("This join token ended at %s; ask an admin for a new one (`steading token create %s`)"
                    .formatted(token.expires(), token.terms().role().text()));
        }
        return token;
    }

    /// Counts one use, and returns whether there was one left.
    boolean use(String id, String name) {
        synchronized (changing) {
            var after = store.use(id, new Use(name, clock.instant()));
            after.ifPresent(token -> known.put(id, token));
            return after.isPresent();
        }
    }

    /// Says who used up a token.
    SteadingException usedUp(String id) {
        var token = Optional.ofNullable(known.get(id));
        var role = token.map(found -> found.terms().role().text()).orElse("ROLE");
        return denied("This join token is used up%s; ask an admin for a new one (`steading token create %s`)"
                .formatted(
                        token.flatMap(Token::lastUse)
                                .map(use -> ": `%s` joined by it at %s".formatted(use.name(), use.at()))
                                .orElse(""),
                        role));
    }

    private Optional<Token> find(Secret secret) {
        return Optional.ofNullable(known.get(secret.id())).filter(token -> secret.matches(token.hash()));
    }

    private boolean ended(Token token) {
        return !clock.instant().isBefore(token.expires());
    }

    @GuardedBy("changing")
    private void forgetEnded() {
        var horizon = clock.instant().minus(REMEMBERED);
        for (var token : List.copyOf(known.values())) {
            if (token.expires().isBefore(horizon)) {
                store.remove(token.id());
                known.remove(token.id());
            }
        }
    }

    private static SteadingException denied(String message) {
        return new SteadingException(new Failure.Denied(message));
    }
}
