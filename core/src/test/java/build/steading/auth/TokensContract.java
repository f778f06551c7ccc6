// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.auth.Token.Use;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What every [Tokens] owes.
public abstract class TokensContract {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456Z");
    private static final TokenTerms ONCE = TokenTerms.once(Role.WORKER, Duration.ofHours(1));
    private static final Use USE = new Use("box", NOW.plusSeconds(5));

    /// Returns the same store at each call, with nothing in it at first.
    protected abstract Tokens tokens();

    private static Token token(TokenTerms terms, Instant created) {
        var secret = Secret.random();
        return new Token(secret.id(), secret.hash(), terms, "ann", created, 0, Optional.empty());
    }

    private Token added(TokenTerms terms) {
        var token = token(terms, NOW);
        tokens().add(token);
        return token;
    }

    @Test
    void addedTokensAreFoundAsTheyWereGivenOldestFirst() {
        var late = token(TokenTerms.access(new Identity("bob", Role.BUILDER), Duration.ofDays(90)), NOW);
        var early = token(ONCE.named("box").replacing().times(3), NOW.minusSeconds(1));
        tokens().add(late);
        tokens().add(early);

        assertThat(tokens().all()).containsExactly(early, late);
    }

    @Test
    void useIsCountedAndRemembered() {
        var token = added(ONCE.times(2));

        assertThat(tokens().use(token.id(), USE)).contains(token.after(USE));
        assertThat(tokens().all()).containsExactly(token.after(USE));
    }

    @Test
    void tokenIsUsedNoMoreOftenThanItMayBe() {
        var token = added(ONCE.times(2));
        var later = new Use("third", NOW.plusSeconds(9));

        assertThat(tokens().use(token.id(), USE)).isPresent();
        assertThat(tokens().use(token.id(), USE)).isPresent();
        assertThat(tokens().use(token.id(), later)).isEmpty();
        assertThat(tokens().all()).extracting(Token::lastUse).containsExactly(Optional.of(USE));
    }

    @Test
    void ofManyWhoUseItAtOnceExactlyOneWins() {
        var token = added(ONCE);
        var winners = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 20; i++) {
                threads.execute(() -> tokens().use(token.id(), USE).ifPresent(_ -> winners.incrementAndGet()));
            }
        }

        assertThat(winners).hasValue(1);
    }

    @Test
    void removedTokenIsGone() {
        var token = added(ONCE);

        assertThat(tokens().remove(token.id())).isTrue();
        assertThat(tokens().remove(token.id())).isFalse();
        assertThat(tokens().use(token.id(), USE)).isEmpty();
        assertThat(tokens().all()).isEmpty();
    }
}
