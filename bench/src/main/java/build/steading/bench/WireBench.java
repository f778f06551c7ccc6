// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.action.FileActionCache;
import build.steading.bench.Table.Reference;
import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Storage by gRPC: a server of a farm, which answers when blobs survive the machine, beside the least that can
/// serve it, which keeps everything in memory. One client with one connection, by a unix socket. Then actions,
/// see [WireActions].
final class WireBench {
    private static final int ROUNDS = 3;
    private static final int ACTIONS = 1000;
    private static final int NO_OPS = 3000;
    private static final int QUICK_NO_OPS = 500;
    private static final long START_SECONDS = 60;

    private final Path directory;
    private final LoneServer ours;
    private final Process bare;
    private int ourNumber;
    private int bareNumber;
    private final Table table = new Table("Storage by gRPC: a durable server, and one in memory");

    private WireBench(Stage stage) throws IOException {
        this.directory = stage.directory();
        this.ours = new LoneServer(stage);
        this.bare = stage.builder(
                        directory,
                        List.of(
                                stage.java().toString(),
                                "-Xmx2g",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                BareServer.class.getName(),
                                bareSocket().toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("bare.out").toFile())
                .start();
    }

    private Path bareSocket() {
        return directory.resolve("bare.sock");
    }

    static Table run(Stage stage, boolean quick) throws IOException, InterruptedException {
        var bench = new WireBench(stage);
        try {
            bench.measure();
        } finally {
            end(bench.bare);
            bench.ours.stop();
        }
        new WireActions(stage, bench.table, quick ? QUICK_NO_OPS : NO_OPS).run();
        return bench.table;
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static void await(Path file, Process process) throws IOException, InterruptedException {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!Files.exists(file)) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new IOException("Nobody listens on `%s`".formatted(file));
            }
            Thread.sleep(10);
        }
    }

    private void measure() throws IOException, InterruptedException {
        ours.await();
        await(bareSocket(), bare);
        try (var to = new WireClient(ours.socket());
                var toBare = new WireClient(bareSocket())) {
            var load = new WireLoad(to, 1);
            var bareLoad = new WireLoad(toBare, 1);
            var actions = actions(load, bareLoad);
            compare("ByteStream.Write of 1 KiB, /s", ">= 4,000", load, bareLoad, each -> each.writes(10_000));
            compare("BatchUpdateBlobs of 100 x 1 KiB, blobs/s", ">= 30,000", load, bareLoad, each -> each.batches(600));
            compare("BatchReadBlobs of 100 x 1 KiB, blobs/s", "", load, bareLoad, each -> each.reads(2000));
            var questions = ">= 1,000,000";
            compare(
                    "FindMissingBlobs of 1,000 present, digests/s",
                    questions,
                    load,
                    bareLoad,
                    each -> each.questions(3000, true));
            compare("  of 1,000 absent, digests/s", questions, load, bareLoad, each -> each.questions(3000, false));
            compare("GetActionResult, hits/s", ">= 10,000", load, bareLoad, each -> each.hits(actions, 30_000));
            large(load, bareLoad);
            table.add(
                    "Resident memory afterwards, MiB",
                    "<= 600",
                    Samples.of(ours.residentMib()),
                    new Reference("bare", Samples.of(Programs.residentMib(bare))));
        }
    }

    /// Stores results, ours directly: clients may not.
    private List<Digest> actions(WireLoad load, WireLoad bareLoad) throws InterruptedException {
        load.writes(2000);
        bareLoad.writes(2000);
        var actions = IntStream.range(0, ACTIONS)
                .mapToObj(i -> Digest.of(new byte[] {(byte) i, (byte) (i >> 8)}))
                .toList();
        try (var results = new FileActionCache(ours.home().resolve("ac"), 2 * ACTIONS, InstantSource.system())) {
            for (var action : actions) {
                results.put(action, load.result());
                bareLoad.update(action, bareLoad.result());
            }
        }
        return actions;
    }

    private interface Measurement {
        double of(WireLoad load) throws InterruptedException;
    }

    private void compare(String what, String target, WireLoad load, WireLoad bareLoad, Measurement measurement)
            throws InterruptedException {
        var measured = new ArrayList<Double>();
        var reference = new ArrayList<Double>();
        for (var i = 0; i < ROUNDS; i++) {
            measured.add(measurement.of(load));
            reference.add(measurement.of(bareLoad));
        }
        table.add(what, target, new Samples(measured), new Reference("bare", new Samples(reference)));
    }

    private void large(WireLoad load, WireLoad bareLoad) throws InterruptedException {
        var digests = IntStream.range(0, ROUNDS).mapToObj(load::large).toList();
        var megabytes = WireLoad.LARGE_BYTES / 1e6;
        compare("Write of 256 MiB, MB/s", ">= 150", load, bareLoad, each -> {
            var written = each == load ? ourNumber++ : bareNumber++;
            each.large(written);
            return megabytes / each.writeLarge(digests.get(written));
        });
        compare(
                "Read of 256 MiB, MB/s",
                ">= 400",
                load,
                bareLoad,
                each -> megabytes / each.readLarge(digests.getFirst()));
        compare("Write of 256 MiB that are there, ms", "", load, bareLoad, each -> {
            each.large(0);
            return 1e3 * each.writeLarge(digests.getFirst());
        });
    }
}
