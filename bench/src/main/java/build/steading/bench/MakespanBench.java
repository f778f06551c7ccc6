// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// How well a farm keeps its slots busy: developers who have many short commands run at the same time, on a farm
/// that is a millisecond away. The commands sleep, so that this machine can hold more slots than it has
/// processors.
final class MakespanBench {
    private static final int SLOTS = 16;
    private static final Duration DISTANCE = Duration.ofMillis(1);

    /// Of one developer: as with `make -j16`.
    private static final int JOBS = 16;

    /// Durations of compiles in a C++ project look like this: many short ones, and some that are ten times as
    /// long.
    private static final double MEDIAN_SECONDS = 0.3;

    private static final double SPREAD = 0.8;
    private static final double LONGEST_SECONDS = 4;

    private final Table table;
    private final int commands;

    private MakespanBench(Table table, int commands) {
        this.table = table;
        this.commands = commands;
    }

    static Table run(Stage stage, boolean quick) throws IOException, InterruptedException {
        var table = new Table("Slots that are kept busy: %d of them, %d ms away".formatted(SLOTS, DISTANCE.toMillis()));
        var bench = new MakespanBench(table, quick ? 200 : 800);
        try (var farm = new SmallFarm(stage, "makespan", "plain", DISTANCE)) {
            farm.startWorker("w1", SLOTS);
            bench.measure(farm, 1, "warm-up");
            for (var developers : List.of(1, 10, 100)) {
                bench.add(developers, bench.measure(farm, developers, "measured"));
            }
        }
        return table;
    }

    /// Returns how long commands take, in seconds, in the order in which they are asked for.
    private List<Double> durations() {
        var random = new Random(1);
        var durations = new ArrayList<Double>();
        for (var i = 0; i < commands; i++) {
            var seconds = MEDIAN_SECONDS * Math.exp(SPREAD * random.nextGaussian());
            durations.add(Math.round(1e3 * Math.min(seconds, LONGEST_SECONDS)) / 1e3);
        }
        return Collections.unmodifiableList(durations);
    }

    /// Returns when all would have ended if each began at once on the slot that is free first, in seconds.
    private static double listScheduled(List<Double> durations) {
        var ends = new PriorityQueue<>(Collections.nCopies(SLOTS, 0.0));
        var last = 0.0;
        for (var duration : durations) {
            var end = ends.remove() + duration;
            ends.add(end);
            last = Math.max(last, end);
        }
        return last;
    }

    /// @return seconds until all commands have ended
    private double measure(SmallFarm farm, int developers, String round) throws InterruptedException {
        var waiting = new ConcurrentLinkedQueue<>(durations());
        var clients = new ArrayList<FarmClient>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var developer = 0; developer < developers; developer++) {
                clients.add(farm.client("outbox-%s-%d-%d".formatted(round, developers, developer)));
            }
            var jobs = new ArrayList<Future<?>>();
            var begin = System.nanoTime();
            for (var job = 0; job < JOBS * developers; job++) {
                var client = clients.get(job % developers);
                jobs.add(threads.submit(() -> work(client, waiting, round + developers)));
            }
            for (var job : jobs) {
                job.get();
            }
            return (System.nanoTime() - begin) / 1e9;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            clients.forEach(FarmClient::close);
        }
    }

    /// Has one command run after the other, as long as there are some.
    private static Void work(FarmClient client, ConcurrentLinkedQueue<Double> waiting, String round)
            throws InterruptedException {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            client.run(List.of("/bin/sleep", next.toString()), round + waiting.size());
        }
        return null;
    }

    private void add(int developers, double seconds) {
        var bound = listScheduled(durations());
        var who = developers == 1 ? "1 developer" : developers + " developers";
        table.add(
                "%s: %,d commands, s".formatted(who, commands),
                "",
                Samples.of(seconds),
                new Reference("list-scheduled", Samples.of(bound)));
        table.add("  of the bound, %", ">= 90", Samples.of(100 * bound / seconds));
    }
}
