// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// The places that a server can listen on, by the JDK's own sockets: they work wherever the JDK does. Netty's
/// epoll transport would do as well, but unpacks and loads a native library.
final class Listener {
    /// What the kernel's `sockaddr_un` holds, without the zero at the end.
    private static final int MAX_SOCKET_PATH_BYTES = 107;

    private Listener() {}

    /// Returns threads that move bytes, to be shared by all listeners of a server. Calls do not run on them.
    static EventLoopGroup newEventLoops(int threads) {
        return new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory());
    }

    /// Prepares to listen on a unix domain socket. A socket that a dead server left behind is removed.
    ///
    /// @throws SteadingException with `Invalid` if no socket can have this path, `Unavailable` if another server
    ///     listens there
    static NettyServerBuilder onSocket(Path path, EventLoopGroup eventLoops) {
        var bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_SOCKET_PATH_BYTES) {
            throw SteadingException.invalid(
                    "Socket path `%s` has %d bytes; allowed are %d", path, bytes, MAX_SOCKET_PATH_BYTES);
        }
        var address = UnixDomainSocketAddress.of(path);
        removeStale(address);
        return NettyServerBuilder.forAddress(address)
                .channelFactory(NioServerDomainSocketChannel::new)
                // Unset: unix sockets do not know it, and Netty would say so at every connection.
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .bossEventLoopGroup(eventLoops)
                .workerEventLoopGroup(eventLoops);
    }

    /// Prepares to listen on the loopback interface.
    ///
    /// @param port 0 for any free one
    static NettyServerBuilder onLoopback(int port, EventLoopGroup eventLoops) {
        return onAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), eventLoops);
    }

    /// Prepares to listen on an address of the network.
    static NettyServerBuilder onAddress(InetSocketAddress address, EventLoopGroup eventLoops) {
        return NettyServerBuilder.forAddress(address)
                .channelFactory(NioServerSocketChannel::new)
                .bossEventLoopGroup(eventLoops)
                .workerEventLoopGroup(eventLoops);
    }

    private static void removeStale(UnixDomainSocketAddress address) {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.connect(address);
        } catch (IOException _) {
            // Nobody answers, so whatever is there is of no use.
            remove(address.getPath());
            return;
        }
        throw new SteadingException(
                new Failure.Unavailable("Another server listens on `%s`".formatted(address.getPath())));
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw SteadingException.unavailable("Socket `%s` cannot be replaced".formatted(path), e);
        }
    }
}
