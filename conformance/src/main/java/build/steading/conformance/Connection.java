// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import io.grpc.ClientInterceptor;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A connection to a server, by the JDK's own sockets.
public final class Connection implements AutoCloseable {
    /// More than clients accept, so that a check can tell how much too much it was.
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    private static final int CLOSE_SECONDS = 2;

    private final EventLoopGroup eventLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ManagedChannel channel;

    /// How to get at a server.
    ///
    /// @param uri `grpc://HOST:PORT`, `grpcs://HOST:PORT` or `unix:PATH`
    /// @param authority a file with the certificates that the server's must go back to, in PEM; empty for those
    ///     that the machine trusts anyway
    /// @param headers sent along with each call
    public record Address(URI uri, Optional<Path> authority, Map<String, String> headers) {
        public Address {
            headers = Map.copyOf(headers);
        }
    }

    /// Connects when it is first used.
    ///
    /// @throws IllegalArgumentException if the address is not of one of these forms
    /// @throws IOException if the authority's certificates cannot be read
    public Connection(Address address) throws IOException {
        this.channel = builder(address)
                .eventLoopGroup(eventLoop)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .intercept(saying(address.headers()))
                .build();
    }

    /// Returns the server, seen by an instance name.
    public Target target(String instance) {
        return new Target(channel, instance);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        eventLoop
                .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static NettyChannelBuilder builder(Address address) throws IOException {
        return switch (String.valueOf(address.uri().getScheme())) {
            case "grpc" -> tcp(address.uri()).usePlaintext();
            case "grpcs" -> tcp(address.uri()).sslContext(tls(address.authority()));
            case "unix" -> unix(address.uri());
            default -> throw malformed(address.uri());
        };
    }

    /// By the JDK: no native library.
    private static SslContext tls(Optional<Path> authority) throws IOException {
        var tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK);
        if (authority.isPresent()) {
            try (var certificates = Files.newInputStream(authority.get())) {
                tls.trustManager(certificates);
            }
        }
        return tls.build();
    }

    private static NettyChannelBuilder tcp(URI uri) {
        if (uri.getHost() == null || uri.getPort() < 0) {
            throw malformed(uri);
        }
        return NettyChannelBuilder.forAddress(uri.getHost(), uri.getPort()).channelType(NioSocketChannel.class);
    }

    private static NettyChannelBuilder unix(URI uri) {
        var path = uri.isOpaque() ? uri.getSchemeSpecificPart() : uri.getPath();
        if (path == null || path.isEmpty()) {
            throw malformed(uri);
        }
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(path), InsecureChannelCredentials.create())
                .overrideAuthority("localhost")
                .channelType(NioDomainSocketChannel.class)
                // Unset: unix sockets do not know it, and Netty would say so at every connection.
                .withOption(ChannelOption.SO_KEEPALIVE, null);
    }

    private static ClientInterceptor saying(Map<String, String> headers) {
        var metadata = new Metadata();
        headers.forEach((name, value) -> metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    private static IllegalArgumentException malformed(URI uri) {
        return new IllegalArgumentException(
                "Address `%s` is neither `grpc://HOST:PORT`, `grpcs://HOST:PORT` nor `unix:PATH`".formatted(uri));
    }
}
