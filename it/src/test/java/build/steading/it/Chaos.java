// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Kills and freezes the processes of a farm at random moments, until it is closed: then all of them run again.
///
/// Strikes come in rounds, each of which has every kind of them in another order, so it is known how many of a
/// kind there are among many. Only strikes are counted that were seen to have happened.
final class Chaos implements AutoCloseable {
    private static final List<Strike> ROUND = List.of(
            Strike.KILL_SERVER,
            Strike.KILL_SERVER,
            Strike.KILL_WORKER,
            Strike.KILL_WORKER,
            Strike.FREEZE_WORKER,
            Strike.FREEZE_WORKER,
            Strike.FREEZE_SERVER,
            Strike.KILL_USER);

    /// In each round that is the fourth, a frozen worker stays so until its leases have lapsed.
    private static final int LONG_ROUND = 4;

    private static final int LAPSE_MILLIS = 17_000;

    private final Fleet fleet;
    private final List<Lent> workers;
    private final Farm user;
    private final String mark;
    private final Random random;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> strikes;

    @GuardedBy("this")
    private final List<String> said = new ArrayList<>();

    @GuardedBy("this")
    private final Map<Strike, Integer> counts = new EnumMap<>(Strike.class);

    @GuardedBy("this")
    private int hits;

    /// @param mark what is in the command line of whatever runs for a build
    Chaos(Fleet fleet, List<Lent> workers, Farm user, String mark, long seed) {
        this.fleet = fleet;
        this.workers = List.copyOf(workers);
        this.user = user;
        this.mark = mark;
        this.random = new Random(seed);
        this.strikes = CompletableFuture.runAsync(this::run, Thread::startVirtualThread);
    }

    static int strikesInARound() {
        return ROUND.size();
    }

    private void run() {
        try {
            for (int round = 1; !closed.get(); round++) {
                var order = new ArrayList<>(ROUND);
                Collections.shuffle(order, random);
                for (var strike : order) {
                    Thread.sleep(random.nextInt(300, 1_500));
                    if (closed.get()) {
                        return;
                    }
                    strike(strike, round % LONG_ROUND == 0);
                }
            }
        } catch (InterruptedException | IOException e) {
            throw new CompletionException(e);
        }
    }

    private void strike(Strike kind, boolean lasting) throws IOException, InterruptedException {
        var worker = workers.get(random.nextInt(workers.size()));
        var meets = !Farm.processes(mark).isEmpty();
        var whom = switch (kind) {
            case KILL_SERVER -> {
                kill(fleet.server());
                Thread.sleep(random.nextInt(1_000));
                fleet.startServer();
                yield "server";
            }
            case KILL_WORKER -> {
                kill(worker.daemon());
                worker.startAgain();
                yield worker.name();
            }
            case FREEZE_SERVER -> {
                freeze(fleet.server(), random.nextInt(2_000));
                yield "server";
            }
            case FREEZE_WORKER -> {
                freeze(worker.daemon(), lasting ? LAPSE_MILLIS : random.nextInt(3_000));
                yield worker.name();
            }
            case KILL_USER -> {
                killUser();
                yield "user";
            }
        };
        note(kind, whom, meets);
    }

    private static void kill(Daemon daemon) throws IOException {
        var pid = daemon.pid();
        assertThat(daemon.running()).as(daemon.printed()).isTrue();
        daemon.kill();
        assertThat(Path.of("/proc/" + pid)).doesNotExist();
    }

    private static void freeze(Daemon daemon, int millis) throws InterruptedException {
        assertThat(daemon.running()).as(daemon.printed()).isTrue();
        daemon.signal("STOP");
        try {
            await("frozen process")
                    .atMost(Program.PATIENCE)
                    .until(() -> Files.readString(Path.of("/proc/%d/stat".formatted(daemon.pid())))
                            .contains(") T "));
            Thread.sleep(millis);
        } finally {
            daemon.signal("CONT");
        }
    }

    /// There is always one to kill: whatever a user types starts it.
    private void killUser() throws IOException {
        assertThat(user.run(fleet.top(), "status").exitCode()).isIn(0, 4);
        user.kill();
    }

    private synchronized void note(Strike kind, String whom, boolean meets) {
        counts.merge(kind, 1, Integer::sum);
        hits += meets ? 1 : 0;
        said.add("%s %s%s".formatted(kind, whom, meets ? "" : " (idle)"));
    }

    /// Returns how many strikes there were; throws what stopped them, if something did.
    int struck() {
        if (strikes.isCompletedExceptionally()) {
            strikes.join();
        }
        synchronized (this) {
            return said.size();
        }
    }

    /// Returns how many strikes there were of each kind.
    synchronized Map<Strike, Integer> counts() {
        return Map.copyOf(counts);
    }

    /// Returns how many strikes met a farm on which some command ran.
    synchronized int hits() {
        return hits;
    }

    @Override
    public synchronized String toString() {
        return said.toString();
    }

    /// @throws CompletionException if a process could not be killed, frozen or started again
    @Override
    public void close() {
        closed.set(true);
        strikes.join();
    }
}
