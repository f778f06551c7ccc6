// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.api.v1.MemberInfo;
import build.steading.api.v1.TokenInfo;
import build.steading.auth.Identity;
import build.steading.auth.JoinToken;
import build.steading.auth.MemberBook.Change;
import build.steading.auth.Role;
import build.steading.auth.TokenTerms;
import build.steading.client.Enrolment;
import build.steading.client.Renewal;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Joining, renewing and what admins do, over real sockets.
class EnrolmentTest {
    private static final Set<Digest> ABSENT = Set.of(Digest.of(new byte[] {1}));

    @TempDir
    private Path directory;

    private GuardedServer server;
    private final Enrolment enrolment = new Enrolment(GuardedServer.ONCE);

    @BeforeEach
    void start() {
        server = new GuardedServer(directory, "127.0.0.1");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void machineJoinsWithOneToken() {
        var credentials = server.credentials("box");
        var token = JoinToken.parse(server.joinToken(Role.WORKER).text());

        assertThat(enrolment.join(server.address(), token, "box", credentials))
                .isEqualTo(new Identity("box", Role.WORKER));
        assertThat(credentials.server()).isEqualTo(server.address());
        assertThat(credentials.get().authority()).isEqualTo(server.authority().certificate());
    }

    @Test
    void tokenThatIsUsedUpSaysByWhom() {
        var token = server.joinToken(Role.WORKER);
        enrolment.join(server.address(), token, "box", server.credentials("box"));

        assertThatThrownBy(() -> enrolment.join(server.address(), token, "thief", server.credentials("thief")))
                .isInstanceOfSatisfying(SteadingException.class, e -> {
                    assertThat(e.failure()).isInstanceOf(Failure.Denied.class);
                    assertThat(e.failure().message()).contains("used up", "`box`", "steading token create worker");
                });
        assertThat(server.credentials("thief").joined()).isFalse();
    }

    @Test
    void ofManyMachinesWithOneTokenExactlyOneJoins() {
        var token = server.joinToken(Role.WORKER);
        var joined = new AtomicInteger();
        var denied = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 4; i++) {
                var name = "box" + i;
                threads.execute(() -> {
                    try {
                        enrolment.join(server.address(), token, name, server.credentials(name));
                        joined.incrementAndGet();
                    } catch (SteadingException e) {
                        if (e.failure() instanceof Failure.Denied) {
                            denied.incrementAndGet();
                        }
                    }
                });
            }
        }

        assertThat(joined).hasValue(1);
        assertThat(denied).hasValue(3);
        assertThat(server.members().all()).hasSize(1);
    }

    @Test
    void renewedCertificateIsShownByTheNextConnection() {
        var credentials = server.member(Role.BUILDER, "ann");
        var first = credentials.get().certificate();
        var cluster = server.cluster(credentials);
        assertThat(cluster.blobs().findMissing(ABSENT)).hasSize(1);
        server.clock().advance(Duration.ofDays(5));

        enrolment.renew(credentials);

        var second = credentials.get().certificate();
        assertThat(second.getPublicKey()).isEqualTo(first.getPublicKey());
        assertThat(second.getSubjectX500Principal()).isEqualTo(first.getSubjectX500Principal());
        assertThat(ends(second)).isEqualTo(ends(first).plus(Duration.ofDays(5)));
        server.clock().advance(Duration.ofDays(3));
        assertThatThrownBy(() -> cluster.blobs().findMissing(ABSENT)).hasMessageContaining("ended at");
        assertThat(server.cluster(credentials).blobs().findMissing(ABSENT)).hasSize(1);
    }

    private static Instant ends(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }

    @Test
    void whoIsLetInNoMoreHearsWhyAndJoinsAgainByTheSameKey() {
        var late = server.member(Role.WORKER, "late");
        assertThat(enrolment.refusal(late)).isEmpty();
        server.clock().advance(Duration.ofDays(8));
        var removed = server.member(Role.BUILDER, "removed");
        server.members().change(removed.identity(), Change.REMOVE);

        assertThat(enrolment.refusal(late))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("The certificate of worker `late` ended at", "steading token create worker"));
        assertThat(enrolment.refusal(removed))
                .hasValueSatisfying(why -> assertThat(why).contains("it was removed"));

        enrolment.join(server.address(), server.joinToken(Role.WORKER), "late", late);
        enrolment.join(server.address(), server.joinToken(Role.BUILDER), "removed", removed);
        assertThat(enrolment.refusal(late)).isEmpty();
        assertThat(enrolment.refusal(removed)).isEmpty();
    }

    @Test
    void membersAreLetInWhereTheServersClockHasGoneBack() {
        var credentials = server.member(Role.WORKER, "box");

        server.clock().advance(Duration.ofDays(-1));

        assertThat(server.cluster(credentials).blobs().findMissing(ABSENT)).hasSize(1);
    }

    @Test
    void whetherAFarmRefusesThatIsNotThereIsUnknown() {
        var credentials = server.member(Role.WORKER, "box");
        server.close();

        assertThat(enrolment.refusal(credentials)).isEmpty();
    }

    @Test
    void certificateIsRenewedInTheBackground() throws Exception {
        var credentials = server.member(Role.WORKER, "box");
        var first = credentials.get().certificate();
        server.clock().advance(Duration.ofDays(5));

        var renewed = new CountDownLatch(1);

        try (var _ = Renewal.start(credentials, enrolment, server.clock(), renewed::countDown)) {
            renewed.await();
        }
        assertThat(credentials.get().certificate()).isNotEqualTo(first);
        assertThat(credentials.expiring(server.clock().instant())).isFalse();
    }

    @Test
    void adminLooksAfterTokensAndMembers() {
        var admin = server.cluster(server.member(Role.ADMIN, "root")).administration();
        var text = admin.createToken(
                TokenTerms.once(Role.WORKER, Duration.ofMinutes(5)).named("box"));
        var box = server.credentials("box");
        enrolment.join(server.address(), JoinToken.parse(text), "", box);

        assertThat(admin.tokens())
                .filteredOn(token -> token.getName().equals("box"))
                .singleElement()
                .returns("root", TokenInfo::getCreator)
                .returns("box", TokenInfo::getLastUser)
                .returns(1, TokenInfo::getUsed);
        admin.change(new Identity("box", Role.WORKER), Change.DRAIN);
        assertThat(admin.members())
                .filteredOn(member -> member.getName().equals("box"))
                .singleElement()
                .returns(MemberInfo.State.DRAINING, MemberInfo::getState)
                .returns(MemberInfo.Role.WORKER, MemberInfo::getRole);
        admin.change(new Identity("box", Role.WORKER), Change.REMOVE);
        assertThat(admin.members()).hasSize(1);
        admin.tokens().forEach(token -> admin.revokeToken(token.getId()));
        assertThat(admin.tokens()).isEmpty();
        assertThatThrownBy(() -> admin.revokeToken("x")).hasMessageContaining("no token `x`");
    }

    @Test
    void adminsAloneMayDoThat() {
        var builder = server.cluster(server.member(Role.BUILDER, "ann")).administration();

        assertThatThrownBy(builder::members)
                .hasMessageContaining("Builder `ann` may not call")
                .hasMessageContaining("steading token create admin");
    }
}
