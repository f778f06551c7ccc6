// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.build.BuildSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/// How long the loss of a process is noticed: of a worker, until what it ran runs elsewhere; of the server, until
/// a new one knows all work again and who runs it.
final class LossBench {
    private static final int ROUNDS = 5;
    private static final int BUILDS = 10;
    private static final Pattern ACTIONS = Pattern.compile("\"(queued|running)\" : ([0-9]+)");
    private static final String LONG = "exec sleep 600";

    private final Stage stage;
    private final Table table;
    private final int queued;

    /// @param queued how many actions wait while the server is lost
    LossBench(Stage stage, Table table, int queued) {
        this.stage = stage;
        this.table = table;
        this.queued = queued;
    }

    /// @param farm with a worker `w1` of two slots
    void run(SmallFarm farm, FarmClient client, BuildSpec warmup) throws IOException, InterruptedException {
        var millis = new ArrayList<Double>();
        for (var round = 1; round <= ROUNDS; round++) {
            millis.add(loseWorker(farm, client, warmup, round));
        }
        table.add("worker killed until its command runs on another, ms", "<= 500", new Samples(millis));
        loseServer(farm, client);
    }

    private double loseWorker(SmallFarm farm, FarmClient client, BuildSpec warmup, int round)
            throws IOException, InterruptedException {
        var began = stage.directory().resolve("began-" + round);
        var spec = client.spec(
                "project: lost\ntasks:\n  one: {run: \"date +%%s%%N >>'%s'; %s\"}\n".formatted(began, LONG));
        var build = client.submit(spec.forced());
        var _ = awaitLines(began, 1);
        var next = "w" + (round + 1);
        farm.startWorker(next, 2);
        warm(client, warmup);
        var killed = System.currentTimeMillis();
        farm.killWorker("w" + round);
        var again = awaitLines(began, 2).getLast();
        client.withdraw(build);
        return Long.parseLong(again) / 1e6 - killed;
    }

    private static void warm(FarmClient client, BuildSpec spec) throws InterruptedException {
        Callable<?> build = () -> client.build(spec.forced());
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var i = 0; i < 100; i++) {
                var _ = threads.submit(build);
            }
        }
    }

    private static List<String> awaitLines(Path file, int count) throws IOException, InterruptedException {
        while (true) {
            if (Files.exists(file)) {
                var lines = Files.readAllLines(file);
                if (lines.size() >= count) {
                    return lines;
                }
            }
            Thread.sleep(5);
        }
    }

    private void loseServer(SmallFarm farm, FarmClient client) throws IOException, InterruptedException {
        for (var i = 0; i < BUILDS; i++) {
            var _ = client.submit(many(client).withOptions(Map.of("n", Integer.toString(i))));
        }
        while (waiting(client.status(), "queued") < queued - 2 || waiting(client.status(), "running") < 2) {
            Thread.sleep(50);
        }
        farm.killServer();
        var begin = System.nanoTime();
        farm.restartServer();
        farm.awaitPort();
        var listening = since(begin);
        double attached = 0;
        try (var fresh = farm.client("outbox-fresh")) {
            while (true) {
                var status = fresh.status();
                if (attached == 0 && waiting(status, "running") >= 2) {
                    attached = since(begin);
                }
                if (attached > 0 && waiting(status, "queued") >= queued - 2) {
                    break;
                }
                Thread.sleep(5);
            }
        }
        var what = "server killed, %,d queued; started until it listens, ms".formatted(queued);
        table.add(what, "", Samples.of(listening));
        table.add("  until its worker goes on with what it ran", "<= 2,000", Samples.of(attached));
        table.add("  until everything is queued again", "", Samples.of(since(begin)));
    }

    private BuildSpec many(FarmClient client) {
        var definition = new StringBuilder("project: many\n" + FarmBench.OPTION + "matrix: {half: [a, b]}\ntasks:\n");
        for (var i = 0; i < queued / BUILDS / 2; i++) {
            definition.append("  t%d: {run: \": %d ${options.n} ${matrix.half}; %s\"}\n".formatted(i, i, LONG));
        }
        return client.spec(definition.toString());
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e6;
    }

    private static int waiting(String status, String what) {
        return ACTIONS.matcher(status)
                .results()
                .filter(found -> found.group(1).equals(what))
                .mapToInt(found -> Integer.parseInt(found.group(2)))
                .findFirst()
                .orElse(0);
    }
}
