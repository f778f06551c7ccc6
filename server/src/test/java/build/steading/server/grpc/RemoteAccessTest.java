// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.steading.auth.Authority;
import build.steading.auth.Credentials;
import build.steading.auth.Identity;
import build.steading.auth.KeyChain;
import build.steading.auth.MemberBook.Change;
import build.steading.auth.Role;
import build.steading.auth.SigningRequest;
import build.steading.auth.Terms;
import build.steading.blob.Blobs;
import build.steading.client.Access;
import build.steading.client.Enrolment;
import build.steading.client.RemoteCluster;
import build.steading.digest.Digest;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.log.LogRecord;
import build.steading.platform.RequestFacts;
import build.steading.schedule.WorkerId;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is let in by the network, over real sockets.
class RemoteAccessTest {
    private static final Identity ANN = new Identity("ann", Role.BUILDER);

    @TempDir
    private Path directory;

    private GuardedServer server;

    @BeforeEach
    void start() {
        server = new GuardedServer(directory, "127.0.0.1");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void ask(Channel channel) throws Exception {
        CapabilitiesGrpc.newBlockingV2Stub(channel).getCapabilities(GetCapabilitiesRequest.getDefaultInstance());
    }

    private static Status refusal(Channel channel) {
        return GrpcTest.status(() -> ask(channel));
    }

    private ManagedChannel withoutCertificate() {
        return server.channel(Optional.empty());
    }

    private ManagedChannel showing(Supplier<KeyChain> shown) {
        return server.channel(Optional.of(shown));
    }

    private Channel bearing(String header) {
        var headers = new Metadata();
        headers.put(RemoteCallers.AUTHORIZATION, header);
        return ClientInterceptors.intercept(withoutCertificate(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void assertDenied(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SteadingException.class, e -> {
            assertThat(e.failure()).isInstanceOf(Failure.Denied.class);
            assertThat(e.failure().message()).contains(parts);
        });
    }

    private static void assertUnauthenticated(Status status, String... parts) {
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).contains(parts);
    }

    /// Returns what an authority gives to a key of ours, without anybody noticing.
    private Credentials issued(Authority authority, String name) {
        var credentials = server.credentials(name);
        var request = SigningRequest.parse(credentials.signingRequest());
        credentials.store(authority.sign(ANN, request), server.address());
        return credentials;
    }

    @Test
    void memberWorksWithTheFarm() {
        var cluster = server.cluster(server.member(Role.BUILDER, "ann"));
        var content = GrpcTest.bytes(1_000_000, 1);

        assertThat(Blobs.read(cluster.blobs(), Blobs.put(cluster.blobs(), content)))
                .isEqualTo(content);
    }

    /// As Bazel takes them: `--tls_certificate`, `--tls_client_certificate` and `--tls_client_key`.
    @Test
    void filesOfAMemberServeOtherClientsToo() throws Exception {
        server.member(Role.BUILDER, "ann");
        var files = directory.resolve("member-ann");
        var tls = TlsChannelCredentials.newBuilder()
                .trustManager(directory.resolve("authority/authority.pem").toFile())
                .keyManager(
                        files.resolve("certificate.pem").toFile(),
                        files.resolve("key.pem").toFile())
                .build();
        var channel = Grpc.newChannelBuilder("127.0.0.1:" + server.port(), tls).build();
        try {
            ask(channel);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void nobodyIsAnsweredWhoShowsNothing() {
        assertUnauthenticated(refusal(withoutCertificate()), "without a certificate", "steading join");
    }

    @Test
    void notEvenThatThereIsNoSuchMethodIsSaidToStrangers() {
        var nothing = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("no.such.Service/Method")
                .setRequestMarshaller(Bytes.INSTANCE)
                .setResponseMarshaller(Bytes.INSTANCE)
                .build();
        var member = showing(server.member(Role.VIEWER, "vic"));

        assertUnauthenticated(GrpcTest.status(() -> call(withoutCertificate(), nothing)), "without a certificate");
        GrpcTest.assertFails(Status.Code.UNIMPLEMENTED, () -> call(member, nothing));
    }

    private static void call(Channel channel, MethodDescriptor<byte[], byte[]> method) {
        ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, new byte[0]);
    }

    private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
        INSTANCE;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }

    @Test
    void certificateOfAnotherAuthorityIsRefused() {
        var other = Authority.open(directory.resolve("other"), Terms.STANDARD, server.clock());
        server.member(Role.BUILDER, "ann");

        assertThat(refusal(showing(issued(other, "impostor"))).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void certificateThatWasNeverEnrolledIsRefused() {
        assertUnauthenticated(refusal(showing(issued(server.authority(), "smuggled"))), "no member");
    }

    @Test
    void certificateThatEndedYesterdayIsRefusedWithTheCure() {
        server.clock().advance(Duration.ofDays(-8));
        var ann = issued(server.authority(), "ann");
        server.clock().advance(Duration.ofDays(8));

        assertUnauthenticated(
                refusal(showing(ann)), "The certificate of builder `ann` ended at", "steading token create builder");
    }

    @Test
    void certificateIsLookedAtAtEachCallOfAConnection() throws Exception {
        var channel = showing(server.member(Role.BUILDER, "ann"));
        ask(channel);
        server.clock().advance(Duration.ofDays(7).plusSeconds(1));

        assertUnauthenticated(refusal(channel), "ended at");
    }

    @Test
    void revokedMemberIsRefusedAtItsNextCall() throws Exception {
        var channel = showing(server.member(Role.BUILDER, "ann"));
        ask(channel);
        server.members().change(ANN, Change.REVOKE);

        assertUnauthenticated(refusal(channel), "Builder `ann` was revoked");
    }

    @Test
    void olderTlsIsRefused() throws Exception {
        assertThatThrownBy(() -> handshake("TLSv1.2")).isInstanceOf(SSLException.class);
        assertThat(handshake("TLSv1.3")).isEqualTo("TLSv1.3");
    }

    private String handshake(String version) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Trusting()}, null);
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), server.port());
                var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", 1, true)) {
            socket.setSoTimeout(10_000);
            var parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getSession().getProtocol();
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void serverOfAnotherFarmIsNotTalkedTo() throws Exception {
        try (var other = new GuardedServer(directory.resolve("other"), "127.0.0.1")) {
            var token = other.joinToken(Role.WORKER);
            assertDenied(
                    () -> new Enrolment(GuardedServer.ONCE)
                            .join(server.address(), token, "box", server.credentials("box")),
                    other.fingerprint().hex(),
                    server.fingerprint().hex());

            var member = other.member(Role.BUILDER, "ann");
            try (var cluster =
                    RemoteCluster.connect(server.address(), new Access.Member(member), "", GuardedServer.ONCE)) {
                assertDenied(() -> cluster.blobs().findMissing(Set.of(Digest.of(new byte[1]))), "somebody");
            }
        }
        assertThat(server.credentials("box").joined()).isFalse();
    }

    @Test
    void serverIsNotTalkedToByANameThatIsNotItsOwn() {
        var elsewhere = URI.create("grpcs://localhost:" + server.port());
        var token = server.joinToken(Role.WORKER);

        assertDenied(
                () -> new Enrolment(GuardedServer.ONCE).join(elsewhere, token, "box", server.credentials("box")),
                "does not hold for this address");
        assertThat(server.members().all()).isEmpty();
    }

    @Test
    void accessTokenServesClientsWithoutCertificate() throws Exception {
        var token = server.accessToken(ANN).text();
        ask(bearing("Bearer " + token));
        ask(bearing("bearer " + token));

        assertUnauthenticated(refusal(bearing("Bearer " + token.substring(0, 30))), "cut off");
        assertUnauthenticated(refusal(bearing("Basic YTpi")), "`Bearer TOKEN`");
        assertUnauthenticated(
                refusal(bearing("Bearer " + server.joinToken(Role.ADMIN).text())), "access token");
    }

    @Test
    void revokedAccessTokenIsWorthless() throws Exception {
        var channel = bearing("Bearer " + server.accessToken(ANN).text());
        ask(channel);
        server.tokens().revoke(server.tokens().all().getFirst().id());

        assertUnauthenticated(refusal(channel), "unknown");
    }

    @Test
    void clientShowsItsAccessToken() {
        var access = new Access.Token(server.accessToken(ANN), server.fingerprint());
        try (var cluster = RemoteCluster.connect(server.address(), access, "", GuardedServer.ONCE)) {
            assertThat(cluster.blobs().findMissing(Set.of(Digest.of(new byte[1]))))
                    .hasSize(1);
        }
        assertThatThrownBy(
                        () -> RemoteCluster.connect(URI.create("grpc://127.0.0.1:1"), access, "", GuardedServer.ONCE))
                .hasMessageContaining("grpcs://");
    }

    @Test
    void actionRunsOnBehalfOfWhoeverWasRecognised() throws Exception {
        var cluster = server.cluster(server.member(Role.BUILDER, "ann"));
        var claimed = new ExecutionRequest(
                Digest.of(new byte[] {1}), false, RequestFacts.of("project", "somebody else"), List.of());
        cluster.executor().execute(claimed, new Deaf());

        assertThat(server.executor().next().request.facts()).isEqualTo(RequestFacts.of("project", "ann"));
    }

    private static final class Deaf implements ExecutionObserver {
        @Override
        public void queued(String reason) {}

        @Override
        public void running(WorkerId worker, boolean joined) {}

        @Override
        public void output(LogRecord entry) {}
    }
}
