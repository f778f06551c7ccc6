// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.MemoryActionCache;
import build.steading.auth.AccessToken;
import build.steading.auth.Authority;
import build.steading.auth.Credentials;
import build.steading.auth.CurrentKeyManager;
import build.steading.auth.Fingerprint;
import build.steading.auth.Identity;
import build.steading.auth.JoinToken;
import build.steading.auth.KeyChain;
import build.steading.auth.MemberBook;
import build.steading.auth.MemoryMembers;
import build.steading.auth.MemoryTokens;
import build.steading.auth.Role;
import build.steading.auth.Terms;
import build.steading.auth.TokenBook;
import build.steading.auth.TokenTerms;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.Access;
import build.steading.client.Enrolment;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.lifecycle.ManualClock;
import build.steading.lifecycle.Resources;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/// A server that listens by TLS on a real socket, and those who call it.
public final class GuardedServer implements AutoCloseable {
    public static final RetryPolicy ONCE =
            new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofSeconds(20));

    private final Path directory;
    private final Resources resources = new Resources();
    private final ManualClock clock = new ManualClock();
    private final FakeExecutor executor = new FakeExecutor();
    private final TokenBook tokens = new TokenBook(new MemoryTokens(), clock, 100);
    private final MemberBook members = new MemberBook(new MemoryMembers(), clock, 100);
    private final Authority authority;
    private final GrpcServer server;

    /// @param names by which the server is reached
    public GuardedServer(Path directory, String... names) {
        this.directory = directory;
        this.authority = Authority.open(directory.resolve("authority"), Terms.STANDARD, clock);
        var config = new GrpcConfig(
                Optional.empty(),
                OptionalInt.empty(),
                Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                InstanceNames.ANY,
                Role.WORKER,
                GrpcLimits.STANDARD);
        var gate = new Gate(authority, Set.of(names), members, tokens, clock);
        this.server = resources.add(GrpcServer.start(
                config,
                new GrpcServer.Parts(
                        new MemoryBlobStore(), new MemoryActionCache(100), executor, List.of(), Optional.of(gate))));
    }

    public ManualClock clock() {
        return clock;
    }

    MemberBook members() {
        return members;
    }

    TokenBook tokens() {
        return tokens;
    }

    FakeExecutor executor() {
        return executor;
    }

    Authority authority() {
        return authority;
    }

    int port() {
        return server.remotePort().orElseThrow();
    }

    public URI address() {
        return URI.create("grpcs://127.0.0.1:" + port());
    }

    JoinToken joinToken(Role role) {
        var made = tokens.create(TokenTerms.once(role, Duration.ofHours(1)), "ann");
        return new JoinToken(authority.fingerprint(), made.secret());
    }

    AccessToken accessToken(Identity identity) {
        return new AccessToken(tokens.create(TokenTerms.access(identity, Duration.ofDays(1)), "ann")
                .secret());
    }

    Credentials credentials(String name) {
        return new Credentials(directory.resolve("member-" + name));
    }

    /// Lets somebody join.
    public Credentials member(Role role, String name) {
        var credentials = credentials(name);
        new Enrolment(ONCE).join(address(), joinToken(role), name, credentials);
        return credentials;
    }

    RemoteCluster cluster(Credentials credentials) {
        return resources.add(RemoteCluster.connect(address(), new Access.Member(credentials), "", ONCE));
    }

    /// Opens a channel as no client of ours would: it trusts every server, and shows whatever it likes.
    ManagedChannel channel(Optional<Supplier<KeyChain>> shown) {
        try {
            var tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                    .trustManager(authority.certificate());
            shown.ifPresent(keys -> tls.keyManager(new CurrentKeyManager(keys)));
            var channel = NettyChannelBuilder.forAddress("127.0.0.1", port())
                    .sslContext(tls.build())
                    .build();
            resources.add(channel::shutdownNow);
            return channel;
        } catch (SSLException e) {
            throw new IllegalStateException(e);
        }
    }

    Fingerprint fingerprint() {
        return authority.fingerprint();
    }

    @Override
    public void close() {
        resources.close();
    }
}
