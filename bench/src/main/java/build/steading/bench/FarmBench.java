// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import build.steading.build.BuildSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// A farm of several processes on this machine: what a build costs there, how many there may be, how far what is
/// shown lags behind, and how long the loss of a process lasts.
final class FarmBench {
    private static final String NOTHING = "project: nothing\ntasks:\n  one: {run: \"true\"}\n";
    static final String OPTION = """
        options:
          n: {type: string, default: "0", help: "makes the build another one"}
        """;
    private static final int WARMUPS = 3_000;
    private static final int RUNS = 100;
    private static final int SUBMITTERS = 24;
    private static final int SLOTS = 2;
    private static final Duration DISTANCE = Duration.ofMillis(2);

    private final Stage stage;
    private final int builds;
    private final int queued;
    private final Table table = new Table("A farm of several processes on this machine");

    private FarmBench(Stage stage, boolean quick) {
        this.stage = stage;
        this.builds = quick ? 500 : 5_000;
        this.queued = quick ? 1_000 : 10_000;
    }

    static Table run(Stage stage, boolean quick) throws IOException, InterruptedException {
        var bench = new FarmBench(stage, quick);
        for (var sandbox : List.of("plain", "")) {
            bench.latency(sandbox);
        }
        bench.away();
        return bench.table.note(
                "Workers have %d slots. `known` builds are not forced, and differ in an option.".formatted(SLOTS));
    }

    private void latency(String sandbox) throws IOException, InterruptedException {
        var name = sandbox.isEmpty() ? "bubblewrap" : sandbox;
        var project = stage.repository("nothing-" + name, Map.of("steading.yaml", NOTHING));
        try (var farm = new SmallFarm(stage, name, sandbox)) {
            farm.startWorker("w1", SLOTS);
            var steading = stage.distribution().resolve("steading").toString();
            stage.steading(project, "build", "--force");
            var build = stage.time(project, WARMUPS, RUNS, steading, "build", "--force")
                    .wall();
            var bare = stage.time(project, RUNS, RUNS, "/bin/sh", "-c", "true").wall();
            var status = stage.time(project, RUNS, RUNS, "git", "status").wall();
            table.add(name + ": steading build --force, ms", "<= 17", build, new Reference("sh -c true", bare));
            table.add(
                    "  the same, 95th percentile", "<= 40", build.percentile(95), new Reference("git status", status));
            try (var client = farm.client("outbox")) {
                byApi(client);
                if (!sandbox.isEmpty()) {
                    throughput(client);
                    new LagBench(stage, table).run();
                    new LossBench(stage, table, queued).run(farm, client, client.spec(NOTHING));
                }
            }
        }
    }

    /// What distance costs: there is no less than one way to the server and back for the request and its answer,
    /// and one for the worker's.
    private void away() throws IOException, InterruptedException {
        var project = stage.repository("nothing-away", Map.of("steading.yaml", NOTHING));
        try (var farm = new SmallFarm(stage, "away", "plain", DISTANCE)) {
            farm.startWorker("w1", SLOTS);
            var steading = stage.distribution().resolve("steading").toString();
            var build = stage.time(project, WARMUPS / 3, RUNS, steading, "build", "--force")
                    .wall();
            table.add("%d ms away: steading build --force, ms".formatted(DISTANCE.toMillis()), "", build);
            table.add("  the same, 95th percentile", "", build.percentile(95));
        }
    }

    private void byApi(FarmClient client) throws InterruptedException {
        var spec = client.spec(NOTHING).forced();
        var ping = timed(RUNS, RUNS, client::status);
        var build = timed(WARMUPS, RUNS, () -> client.build(spec));
        table.add("  by the API, ms", "<= 8", build, new Reference("status by the API", ping));
        table.add("  the same, 95th percentile", "", build.percentile(95));
    }

    private void throughput(FarmClient client) throws InterruptedException {
        var spec = client.spec(NOTHING);
        var forced = rate(client, builds, _ -> spec.forced());
        table.add("%,d forced builds by the API, builds/s".formatted(builds), ">= 150", Samples.of(forced));
        var other = client.spec("project: known\n" + OPTION + "tasks:\n  one: {run: \"true\"}\n");
        client.build(other);
        var known = rate(client, builds, n -> other.withOptions(Map.of("n", Integer.toString(n))));
        table.add("%,d known builds by the API, builds/s".formatted(builds), ">= 500", Samples.of(known));
    }

    private interface Choice {
        BuildSpec spec(int number);
    }

    /// Returns how many builds there were a second.
    private static double rate(FarmClient client, int count, Choice choice) throws InterruptedException {
        var next = new AtomicInteger();
        Callable<Integer> submitter = () -> {
            var done = 0;
            for (var number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                client.build(choice.spec(number));
                done++;
            }
            return done;
        };
        var begin = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(SUBMITTERS)) {
            var all = new ArrayList<Callable<Integer>>();
            for (var i = 0; i < SUBMITTERS; i++) {
                all.add(submitter);
            }
            for (var future : threads.invokeAll(all)) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return count * 1e9 / (System.nanoTime() - begin);
    }

    private static Samples timed(int warmups, int runs, Callable<?> what) throws InterruptedException {
        var millis = new ArrayList<Double>();
        for (var i = 0; i < warmups + runs; i++) {
            var begin = System.nanoTime();
            try {
                what.call();
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            if (i >= warmups) {
                millis.add((System.nanoTime() - begin) / 1e6);
            }
        }
        return new Samples(millis);
    }
}
