// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A wire between a client and a server that can be cut.
final class Wire implements AutoCloseable {
    private final ServerSocket end = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final int port;

    /// @param port the server's
    Wire(int port) throws IOException {
        this.port = port;
        Thread.ofVirtual().start(this::accept);
    }

    /// Returns the port for the client.
    int port() {
        return end.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                connect(end.accept());
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    private void connect(Socket near) throws IOException {
        try {
            var far = new Socket(InetAddress.getLoopbackAddress(), port);
            near.setTcpNoDelay(true);
            far.setTcpNoDelay(true);
            sockets.add(near);
            sockets.add(far);
            Thread.ofVirtual().start(() -> pass(near, far));
            Thread.ofVirtual().start(() -> pass(far, near));
        } catch (ConnectException _) {
            // The server is not there.
            near.close();
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException _) {
            // Cut.
        }
    }

    /// Cuts all connections; new ones are possible.
    void cut() throws IOException {
        var now = Set.copyOf(sockets);
        sockets.removeAll(now);
        for (var socket : now) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        end.close();
        cut();
    }
}
