// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/// Ends what waits for a client for too long: a place that is held by sending nothing is free for others then.
///
/// Thread-safe. While anything waits, a virtual thread looks after it now and then.
final class Silence {
    private static final int LOOKS = 4;

    private final Duration patience;
    private final LongSupplier nanos;
    private final Set<Turn> turns = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean looking = new AtomicBoolean();

    /// @param patience how long a client may send nothing though it is his turn
    Silence(Duration patience) {
        this(patience, System::nanoTime);
    }

    /// @param nanos a clock like `System.nanoTime`
    Silence(Duration patience, LongSupplier nanos) {
        this.patience = patience;
        this.nanos = nanos;
    }

    Duration patience() {
        return patience;
    }

    /// Something that needs a client to go on. Thread-safe.
    final class Turn {
        private final Runnable end;
        private volatile boolean clients;
        private volatile long sinceNanos;

        private Turn(Runnable end) {
            this.end = end;
        }

        /// Says that it is the client's turn.
        void ofClient() {
            sinceNanos = nanos.getAsLong();
            clients = true;
        }

        /// Says that it is our turn.
        void ofServer() {
            clients = false;
        }

        /// Says that nothing is waited for any more.
        void over() {
            turns.remove(this);
        }
    }

    /// Begins with the client's turn.
    ///
    /// @param end called once if the client is silent for too long, on another thread
    Turn begin(Runnable end) {
        var turn = new Turn(end);
        turn.ofClient();
        turns.add(turn);
        look();
        return turn;
    }

    private void look() {
        if (!looking.getAndSet(true)) {
            Thread.ofVirtual().name("silence").start(this::lookAfterAll);
        }
    }

    private void lookAfterAll() {
        try {
            while (!turns.isEmpty()) {
                Thread.sleep(patience.dividedBy(LOOKS));
                sweep();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            looking.set(false);
        }
        if (!turns.isEmpty() && !Thread.currentThread().isInterrupted()) {
            look();
        }
    }

    /// Ends what has been waited for long enough.
    void sweep() {
        var now = nanos.getAsLong();
        var due = turns.stream()
                .filter(turn -> turn.clients && now - turn.sinceNanos >= patience.toNanos())
                .toList();
        due.stream().filter(turns::remove).forEach(turn -> turn.end.run());
    }
}
