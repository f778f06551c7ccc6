// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// A way to a server by which its clients can be cut off, and which counts what they send. Thread-safe.
final class Wire implements AutoCloseable {
    private final InetSocketAddress server;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong sent = new AtomicLong();
    private final ServerSocketChannel door;
    private boolean cut;

    /// @param server `HOST:PORT`
    Wire(String server) throws IOException {
        var colon = server.lastIndexOf(':');
        this.server = new InetSocketAddress(server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
        this.door = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    /// Returns `HOST:PORT`, by which clients reach the server.
    String address() throws IOException {
        return "127.0.0.1:" + ((InetSocketAddress) door.getLocalAddress()).getPort();
    }

    /// Returns how many bytes clients have sent so far.
    long sent() {
        return sent.get();
    }

    /// Breaks all connections, and each new one at once.
    synchronized void cut() throws IOException {
        cut = true;
        for (var connection : connections) {
            connection.close();
        }
    }

    synchronized void restore() {
        cut = false;
    }

    private void accept() {
        try {
            while (true) {
                connect(door.accept());
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    /// Clients of a server that is not there see their connections end at once.
    private synchronized void connect(SocketChannel client) throws IOException {
        if (cut) {
            client.close();
            return;
        }
        try {
            var far = SocketChannel.open(server);
            connections.add(client);
            connections.add(far);
            Thread.ofVirtual().start(() -> pass(client, far, sent));
            Thread.ofVirtual().start(() -> pass(far, client, new AtomicLong()));
        } catch (IOException _) {
            client.close();
        }
    }

    private void pass(SocketChannel from, SocketChannel to, AtomicLong count) {
        var bytes = ByteBuffer.allocate(64 << 10);
        try (from;
                to) {
            while (from.read(bytes.clear()) >= 0) {
                count.addAndGet(bytes.flip().remaining());
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
            }
        } catch (IOException _) {
            // One end is gone, so the other one is closed.
        } finally {
            connections.remove(from);
            connections.remove(to);
        }
    }

    @Override
    public void close() {
        try {
            door.close();
            cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
