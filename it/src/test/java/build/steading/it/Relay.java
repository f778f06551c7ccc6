// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Lets clients that know no unix sockets reach one: whatever comes to a port of the loopback goes there and
/// back.
final class Relay implements AutoCloseable {
    private final ServerSocketChannel port;
    private final Path socket;

    Relay(Path socket) throws IOException {
        this.socket = socket;
        this.port = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    /// Returns `grpc://HOST:PORT`.
    String address() throws IOException {
        return "grpc://127.0.0.1:" + ((InetSocketAddress) port.getLocalAddress()).getPort();
    }

    private void accept() {
        try {
            while (true) {
                var client = port.accept();
                var server = SocketChannel.open(StandardProtocolFamily.UNIX);
                server.connect(UnixDomainSocketAddress.of(socket));
                Thread.ofVirtual().start(() -> pass(client, server));
                Thread.ofVirtual().start(() -> pass(server, client));
            }
        } catch (IOException _) {
            // Closed, or the socket is gone: clients see it by their connections.
        }
    }

    private static void pass(SocketChannel from, SocketChannel to) {
        var bytes = ByteBuffer.allocate(64 << 10);
        try (from;
                to) {
            while (from.read(bytes.clear()) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }
        } catch (IOException _) {
            // One end is gone, so the other one is closed.
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
    }
}
