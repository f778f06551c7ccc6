// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.failure.SteadingException;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;

/// Opens channels by the JDK's own sockets: they work wherever the JDK does.
final class Channels {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int MAX_HEADER_BYTES = 64 << 10;

    /// Servers that allow pings by default allow one in five minutes.
    private static final int PING_SECONDS = 330;

    private Channels() {}

    /// Returns a thread that moves the bytes of one channel.
    static EventLoopGroup newEventLoop() {
        return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    /// Opens a channel to `grpc://HOST:PORT`, `grpcs://HOST:PORT` (TLS) or `unix:PATH`. It connects when it is
    /// first used.
    ///
    /// @throws SteadingException with `Invalid` if the address is none of these
    static ManagedChannel open(URI address, EventLoopGroup eventLoop) {
        var scheme = String.valueOf(address.getScheme());
        var builder = switch (scheme) {
            case "grpc" -> tcp(address, InsecureChannelCredentials.create());
            case "grpcs" -> tcp(address, TlsChannelCredentials.create());
            case "unix" -> unix(address);
            default -> throw malformed(address);
        };
        return builder.eventLoopGroup(eventLoop)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_HEADER_BYTES)
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    private static NettyChannelBuilder tcp(URI address, ChannelCredentials credentials) {
        if (address.getHost() == null || address.getPort() < 0) {
            throw malformed(address);
        }
        return NettyChannelBuilder.forAddress(address.getHost(), address.getPort(), credentials)
                .channelType(NioSocketChannel.class);
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
