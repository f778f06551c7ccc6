// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Passes connections on to a port of this machine, counts their bytes, and makes them take their time.
/// Thread-safe.
final class CountingRelay implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private static final int MAX_UNDER_WAY = 1_000;
    private static final Chunk END = new Chunk(new byte[0], 0);

    private final ServerSocket door;
    private final long delayNanos;
    private final int target;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();

    /// @param target where connections are passed on to
    CountingRelay(int target) throws IOException {
        this(target, Duration.ZERO);
    }

    /// @param delay how long what is sent is under way, in each direction
    CountingRelay(int target, Duration delay) throws IOException {
        this.target = target;
        this.delayNanos = delay.toNanos();
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("relay-door").start(this::accept);
    }

    /// @param bytes none at the end
    /// @param due when it arrives, as [System#nanoTime] tells
    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record Chunk(byte[] bytes, long due) {}

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
                Thread.ofPlatform().daemon().name("relay-out").start(() -> pass(client, server, sent));
                Thread.ofPlatform().daemon().name("relay-in").start(() -> pass(server, client, received));
            }
        } catch (IOException _) {
            // Closed: nobody else is let in.
        }
    }

    private void pass(Socket from, Socket to, AtomicLong counter) {
        var underWay = new LinkedBlockingQueue<Chunk>(MAX_UNDER_WAY);
        Thread.ofPlatform().daemon().name("relay-deliver").start(() -> deliver(underWay, to));
        try {
            var in = from.getInputStream();
            var buffer = new byte[BUFFER_BYTES];
            for (var length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                counter.addAndGet(length);
                underWay.put(new Chunk(Arrays.copyOf(buffer, length), System.nanoTime() + delayNanos));
            }
            underWay.put(END);
        } catch (IOException _) {
            underWay.clear();
            underWay.add(END);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whoever has gone, the other one sees it.
    private static void deliver(BlockingQueue<Chunk> underWay, Socket to) {
        try (to) {
            var out = to.getOutputStream();
            for (var chunk = underWay.take(); chunk.bytes.length > 0; chunk = underWay.take()) {
                for (var left = chunk.due - System.nanoTime(); left > 0; left = chunk.due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                out.write(chunk.bytes);
            }
        } catch (IOException _) {
            // The receiver has gone. Who sends learns it when his connection is closed.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
