// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/// Passes connections on to a port of this machine, and counts their bytes. Thread-safe.
final class CountingRelay implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final ServerSocket door;
    private final int target;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();

    /// @param target where connections are passed on to
    CountingRelay(int target) throws IOException {
        this.target = target;
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("relay-door").start(this::accept);
    }

    /// Bytes so far.
    ///
    /// @param sent from those who connected
    /// @param received by them
    record Traffic(long sent, long received) {
        Traffic since(Traffic before) {
            return new Traffic(sent - before.sent, received - before.received);
        }

        long total() {
            return sent + received;
        }
    }

    Traffic traffic() {
        return new Traffic(sent.get(), received.get());
    }

    String address() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var client = door.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                Thread.ofVirtual().name("relay-out").start(() -> pass(client, server, sent));
                Thread.ofVirtual().name("relay-in").start(() -> pass(server, client, received));
            }
        } catch (IOException _) {
            // Closed: nobody else is let in.
        }
    }

    private static void pass(Socket from, Socket to, AtomicLong counter) {
        var buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            for (var length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                counter.addAndGet(length);
                out.write(buffer, 0, length);
            }
        } catch (IOException _) {
            // One of them has gone, and the other one sees that.
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
