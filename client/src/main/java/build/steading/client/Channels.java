// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.auth.AccessToken;
import build.steading.auth.Fingerprint;
import build.steading.failure.SteadingException;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Opens channels by the JDK's own sockets: they work wherever the JDK does.
final class Channels {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int MAX_HEADER_BYTES = 64 << 10;

    /// Servers that allow pings by default allow one in five minutes.
    private static final int PING_SECONDS = 330;

    /// Servers of ours allow more, so that a dead connection is noticed within the time of a lease.
    private static final int FARM_PING_SECONDS = 12;

    private static final int CLOSE_SECONDS = 2;

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private Channels() {}

    /// Returns a thread that moves the bytes of one channel.
    static EventLoopGroup newEventLoop() {
        return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    /// Opens a channel to `grpc://HOST:PORT`, `grpcs://HOST:PORT` (TLS) or `unix:PATH`. It connects when it is
    /// first used.
    ///
    /// @throws SteadingException with `Invalid` if the address is none of these, or not one where `access` may be
    ///     shown
    static ManagedChannel open(URI address, Access access, EventLoopGroup eventLoop) {
        var scheme = String.valueOf(address.getScheme());
        if (!(access instanceof Access.Anonymous) && !scheme.equals("grpcs")) {
            throw SteadingException.invalid(
                    "Certificates and tokens are shown at `grpcs://HOST:PORT` only, not at `%s`", address);
        }
        return switch (access) {
            case Access.Anonymous _ ->
                switch (scheme) {
                    case "grpc" -> finish(tcp(address, InsecureChannelCredentials.create()), eventLoop);
                    case "grpcs" -> finish(tcp(address, TlsChannelCredentials.create()), eventLoop);
                    case "unix" -> finish(unix(address), eventLoop);
                    default -> throw malformed(address);
                };
            case Access.Headers(var headers) ->
                finish(tcp(address, TlsChannelCredentials.create()).intercept(showing(headers)), eventLoop);
            case Access.Member(var credentials) -> finish(farm(address, FarmTls.of(credentials)), eventLoop);
            case Access.Token(var token, var authority) ->
                finish(farm(address, FarmTls.pinned(authority)).intercept(bearing(token)), eventLoop);
        };
    }

    /// Opens a channel to a server of the farm with that authority, at `grpcs://HOST:PORT`, and shows nothing.
    ///
    /// @throws SteadingException with `Invalid` if the address is malformed
    static ManagedChannel open(URI address, Fingerprint authority, EventLoopGroup eventLoop) {
        return finish(farm(address, FarmTls.pinned(authority)), eventLoop);
    }

    /// Shuts a channel down, and cuts its calls short.
    static void stop(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    /// Ends a thread of [#newEventLoop].
    static void end(EventLoopGroup eventLoop) {
        eventLoop
                .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static ClientInterceptor showing(Map<String, String> named) {
        var headers = new Metadata();
        named.forEach((name, value) -> headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    private static ClientInterceptor bearing(AccessToken token) {
        var headers = new Metadata();
        headers.put(AUTHORIZATION, "Bearer " + token.text());
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    private static ManagedChannel finish(NettyChannelBuilder builder, EventLoopGroup eventLoop) {
        return builder.eventLoopGroup(eventLoop)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_HEADER_BYTES)
                .build();
    }

    private static NettyChannelBuilder tcp(URI address, ChannelCredentials credentials) {
        checkTcp(address);
        return NettyChannelBuilder.forAddress(address.getHost(), address.getPort(), credentials)
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .channelType(NioSocketChannel.class);
    }

    private static NettyChannelBuilder farm(URI address, SslContext tls) {
        checkTcp(address);
        return NettyChannelBuilder.forAddress(address.getHost(), address.getPort())
                .sslContext(tls)
                .keepAliveTime(FARM_PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(FARM_PING_SECONDS, TimeUnit.SECONDS)
                .channelType(NioSocketChannel.class);
    }

    private static void checkTcp(URI address) {
        if (address.getHost() == null || address.getPort() < 0) {
            throw malformed(address);
        }
    }

    private static NettyChannelBuilder unix(URI address) {
        var path = address.isOpaque() ? address.getSchemeSpecificPart() : address.getPath();
        if (path == null || path.isEmpty()) {
            throw malformed(address);
        }
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(path), InsecureChannelCredentials.create())
                .overrideAuthority("localhost")
                .channelType(NioDomainSocketChannel.class)
                // Unset: unix sockets do not know it, and Netty would say so at every connection.
                .withOption(ChannelOption.SO_KEEPALIVE, null);
    }

    private static SteadingException malformed(URI address) {
        return SteadingException.invalid(
                "Address `%s` is neither `grpc://HOST:PORT`, `grpcs://HOST:PORT` nor `unix:PATH`", address);
    }
}
