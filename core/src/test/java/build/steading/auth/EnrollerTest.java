// SPDX-License-Identifier: Apache-2.0
package build.steading.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.auth.MemberBook.Change;
import build.steading.auth.TokenBook.Made;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.ManualClock;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrollerTest {
    private static final Identity BOX = new Identity("box", Role.WORKER);
    private static final TokenTerms ONCE = TokenTerms.once(Role.WORKER, Duration.ofHours(1));

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private final Members store = new MemoryMembers();
    private final TokenBook tokens = new TokenBook(new MemoryTokens(), clock, 5);
    private final MemberBook members = new MemberBook(store, clock, 5);
    private final byte[] machine = newMachine();
    private final List<String> heard = new ArrayList<>();
    private Enroller enroller;

    @BeforeEach
    void open() {
        var authority = Authority.open(directory, Terms.STANDARD, clock);
        enroller = new Enroller(authority, tokens, members, clock);
        members.add(new MemberListener() {
            @Override
            public void drained(Identity member, boolean draining) {
                heard.add(member.name() + (draining ? " drains" : " resumes"));
            }

            @Override
            public void left(Identity member) {
                heard.add(member.name() + " left");
            }
        });
    }

    private static byte[] newMachine() {
        return SigningRequest.make(KeyPairs.generate());
    }

    private Made token(TokenTerms terms) {
        return tokens.create(terms, "ann");
    }

    private X509Certificate join(Made token, byte[] who, String name) {
        return enroller.enrol(token.secret().text(), who, name).getFirst();
    }

    private X509Certificate join() {
        return join(token(ONCE), machine, "box");
    }

    private String refusal(X509Certificate certificate) {
        return ((Recognition.Unknown) members.recognise(Bearer.of(certificate))).why();
    }

    private static void assertDenied(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SteadingException.class, e -> {
            assertThat(e.failure()).isInstanceOf(Failure.Denied.class);
            assertThat(e.failure().message()).contains(parts);
        });
    }

    @Test
    void whoeverHasATokenBecomesAMember() {
        var certificate = join();

        assertThat(members.recognise(Bearer.of(certificate))).isEqualTo(new Recognition.Known(BOX));
        assertThat(members.all()).singleElement().satisfies(member -> {
            assertThat(member.key())
                    .isEqualTo(Fingerprint.of(SigningRequest.parse(machine).key()));
            assertThat(member.seen()).contains(clock.instant());
        });
        assertThat(store.all()).isEqualTo(members.all());
    }

    @Test
    void usedUpTokenIsRefusedWithWhoUsedItWhen() {
        var token = token(ONCE);
        join(token, machine, "box");
        var then = clock.instant();
        clock.advance(Duration.ofMinutes(1));

        assertDenied(
                () -> join(token, newMachine(), "other"),
                "used up",
                "`box` joined by it at " + then,
                "steading token create worker");
        assertThat(members.all()).hasSize(1);
    }

    @Test
    void whoLostTheAnswerMayAskAgainButNobodyElse() {
        var token = token(ONCE);
        join(token, machine, "box");

        assertThat(members.recognise(Bearer.of(join(token, machine, "box")))).isEqualTo(new Recognition.Known(BOX));
        assertDenied(() -> join(token, machine, "second-name"), "used up");
    }

    @Test
    void removedMachineDoesNotComeBackByItsOldToken() {
        var token = token(ONCE);
        join(token, machine, "box");
        members.change(BOX, Change.REMOVE);

        assertDenied(() -> join(token, machine, "box"), "used up");
    }

    @Test
    void ofManyWhoUseATokenAtOnceExactlyOneJoins() {
        var token = token(ONCE);
        var joined = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 8; i++) {
                var name = "box" + i % 5;
                threads.execute(() -> {
                    try {
                        join(token, newMachine(), name);
                        joined.incrementAndGet();
                    } catch (SteadingException _) {
                        // All but one.
                    }
                });
            }
        }

        assertThat(joined).hasValue(1);
        assertThat(members.all()).hasSize(1);
        assertThat(store.all()).hasSize(1);
    }

    @Test
    void endedRevokedAndForeignTokensAreRefused() {
        var ended = token(ONCE);
        clock.advance(Duration.ofHours(1));
        var revoked = token(ONCE);
        tokens.revoke(revoked.token().id());
        var access = token(TokenTerms.access(new Identity("ann", Role.ADMIN), Duration.ofDays(1)));

        assertDenied(() -> join(ended, machine, "box"), "ended at", "steading token create worker");
        assertDenied(() -> join(revoked, machine, "box"), "unknown");
        assertDenied(() -> join(access, machine, "box"), "unknown");
        assertDenied(() -> enroller.enrol(Secret.random().text(), machine, "box"), "unknown");
        assertThatThrownBy(() -> enroller.enrol("x", machine, "box")).hasMessageContaining("malformed");
    }

    @Test
    void tokenHoldsUntilTheMomentItEnds() {
        var token = token(ONCE);
        clock.advance(Duration.ofHours(1).minusNanos(1));

        assertThat(join(token, machine, "box")).isNotNull();
    }

    @Test
    void tokenMayFixTheName() {
        assertDenied(() -> join(token(ONCE.named("box")), machine, "other"), "for the name `box`");
        join(token(ONCE.named("box")), machine, "");

        assertThat(members.find(BOX)).isPresent();
        assertThatThrownBy(() -> join(token(ONCE), machine, "")).hasMessageContaining("is not a name");
        assertThatThrownBy(() -> join(token(ONCE), machine, "a b")).hasMessageContaining("`a b` is not a name");
    }

    @Test
    void nameOfAnotherKeyIsTakenUnlessTheTokenSaysOtherwise() {
        var before = join();
        var reinstalled = newMachine();

        assertDenied(
                () -> join(token(ONCE), reinstalled, "box"),
                "another key",
                "steading token create worker --name box --replace");
        assertThat(members.recognise(Bearer.of(before))).isInstanceOf(Recognition.Known.class);

        var after = join(token(ONCE.named("box").replacing()), reinstalled, "box");
        assertThat(members.recognise(Bearer.of(after))).isInstanceOf(Recognition.Known.class);
        assertThat(refusal(before)).contains("joined anew with another key");
        assertThat(heard).containsExactly("box left");
    }

    @Test
    void nameIsFreeInAnotherRole() {
        join();
        join(token(TokenTerms.once(Role.BUILDER, Duration.ofHours(1))), newMachine(), "box");

        assertThat(members.all()).hasSize(2);
    }

    @Test
    void revokedMemberIsRefusedAndStaysSo() {
        var certificate = join();
        members.change(BOX, Change.REVOKE);

        assertThat(refusal(certificate)).contains("Worker `box` was revoked");
        assertDenied(() -> enroller.renew(BOX, machine), "no member");
        assertDenied(() -> join(token(ONCE), machine, "box"), "was revoked", "remove");
        assertDenied(() -> join(token(ONCE.named("box").replacing()), newMachine(), "box"), "was revoked");
        assertThatThrownBy(() -> members.change(BOX, Change.RESUME)).hasMessageContaining("revoked");
        assertThat(heard).containsExactly("box left");
    }

    @Test
    void removedMemberFreesItsName() {
        var certificate = join();
        members.change(BOX, Change.REMOVE);

        assertThat(refusal(certificate)).contains("was removed", "steading token create worker");
        join(token(ONCE), newMachine(), "box");
        assertThat(refusal(certificate)).contains("another key");
        assertThat(heard).containsExactly("box left");
    }

    @Test
    void drainingMemberIsRecognisedAndStaysDraining() {
        var certificate = join();
        members.change(BOX, Change.DRAIN);
        enroller.renew(BOX, machine);
        join(token(ONCE), machine, "box");

        assertThat(members.recognise(Bearer.of(certificate))).isInstanceOf(Recognition.Known.class);
        assertThat(members.find(BOX)).map(Member::state).contains(MemberState.DRAINING);
        members.change(BOX, Change.RESUME);
        assertThat(heard).containsExactly("box drains", "box resumes");
    }

    @Test
    void renewedCertificateLastsLongerAndTheOldOneHoldsUntilItsEnd() {
        var first = join();
        clock.advance(Duration.ofDays(5));
        var second = enroller.renew(BOX, machine).getFirst();

        assertThat(members.recognise(Bearer.of(first))).isInstanceOf(Recognition.Known.class);
        clock.advance(Duration.ofDays(2).plusSeconds(1));
        assertThat(refusal(first)).contains("The certificate of worker `box` ended at");
        assertThat(members.recognise(Bearer.of(second))).isInstanceOf(Recognition.Known.class);
    }

    @Test
    void renewalIsForTheSameKeyOnly() {
        join();

        assertDenied(() -> enroller.renew(BOX, newMachine()), "keeps the key");
        assertDenied(() -> enroller.renew(new Identity("x", Role.WORKER), machine), "no member");
    }

    @Test
    void certificateFromBeforeTheClockWentBackHolds() {
        var certificate = join();
        clock.advance(Duration.ofHours(-2));

        assertThat(members.recognise(Bearer.of(certificate))).isEqualTo(new Recognition.Known(BOX));
    }

    @Test
    void booksAreReadAgainAfterARestart() {
        var certificate = join();
        members.change(BOX, Change.REVOKE);
        var next = new MemberBook(store, clock, 5);

        assertThat(next.recognise(Bearer.of(certificate))).isInstanceOf(Recognition.Unknown.class);
    }

    @Test
    void thereAreNoMoreMembersAndTokensThanAllowed() {
        for (var i = 0; i < 5; i++) {
            var token = token(ONCE);
            join(token, newMachine(), "box" + i);
            tokens.revoke(token.token().id());
        }
        for (var i = 0; i < 4; i++) {
            token(ONCE);
        }

        assertThatThrownBy(() -> join(token(ONCE), newMachine(), "sixth")).hasMessageContaining("5 members");
        assertThatThrownBy(() -> token(ONCE)).hasMessageContaining("5 tokens");
        clock.advance(Duration.ofDays(31));
        assertThat(token(ONCE)).isNotNull();
        assertThat(tokens.all()).hasSize(1);
    }

    @Test
    void accessTokenIsGoodForItsOwnerUntilItEnds() {
        var ann = new Identity("ann", Role.BUILDER);
        var token = new AccessToken(
                token(TokenTerms.access(ann, Duration.ofDays(1))).secret());

        assertThat(tokens.recognise(token)).isEqualTo(new Recognition.Known(ann));
        clock.advance(Duration.ofDays(1));
        assertThat(tokens.recognise(token)).isInstanceOf(Recognition.Unknown.class);
        assertThat(tokens.recognise(new AccessToken(token(ONCE).secret()))).isInstanceOf(Recognition.Unknown.class);
    }
}
