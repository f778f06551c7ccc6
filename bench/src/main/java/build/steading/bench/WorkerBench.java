// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.Blobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.platform.RequestFacts;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import build.steading.tree.DirectoryBuilder;
import build.steading.worker.Worker;
import build.steading.worker.WorkerConfig;
import build.steading.worker.sandbox.Sandbox;
import build.steading.worker.sandbox.Sandboxes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// What a worker adds to a command: actions one after the other beside the bare command, and as many as it can.
public final class WorkerBench {
    private static final PrintStream OUT = System.out;
    private static final int ROUNDS = 90;
    private static final int MANY = 1500;
    private static final String MAKE_TEN = "for i in 1 2 3 4 5 6 7 8 9 10; do echo $0 > o$i; done";

    private final FileBlobStore store;
    private final Path directory;
    private long salt;

    private WorkerBench(Path directory) {
        this.directory = directory;
        this.store = new FileBlobStore(
                new FileBlobStore.Config(directory.resolve("store"), 1L << 36, Duration.ofHours(1), Durability.NONE),
                _ -> false,
                InstantSource.system());
    }

    /// @param arguments an empty or absent directory to work in
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var directory = Path.of(arguments.length > 0 ? arguments[0] : "target/worker-bench")
                .toAbsolutePath();
        var bench = new WorkerBench(Files.createDirectories(directory));
        var worker = Files.createDirectories(directory.resolve("worker"));
        var detected = Sandboxes.detect(worker, List.of());
        if (detected instanceof Sandbox.Plain(var why)) {
            OUT.println("No bubblewrap: " + why);
        } else {
            bench.measure(detected);
        }
        bench.measure(new Sandbox.Plain("this is a measurement"));
    }

    private void measure(Sandbox sandbox) throws IOException, InterruptedException {
        var source = new Queue();
        var config =
                new WorkerConfig(new WorkerId("bench"), 2, directory.resolve("worker"), WorkerConfig.Limits.ordinary());
        try (var _ = new Worker(source, store, sandbox, config, InstantSource.system()).start()) {
            var tree = tree(1000);
            single(sandbox, source, "no inputs", Digest.EMPTY, List.of("true"), List.of());
            single(sandbox, source, "1,000 inputs, 10 outputs", tree, shell(), outputs());
            many(sandbox, source);
        }
    }

    private static List<String> shell() {
        return List.of("/bin/sh", "-c", MAKE_TEN);
    }

    private static List<String> outputs() {
        return IntStream.rangeClosed(1, 10).mapToObj(i -> "o" + i).toList();
    }

    private void single(
            Sandbox sandbox, Queue source, String what, Digest tree, List<String> command, List<String> outputs)
            throws IOException, InterruptedException {
        var bare = new ArrayList<Double>();
        var whole = new ArrayList<Double>();
        var own = Files.createTempDirectory(directory, "bare-");
        for (var round = 0; round < ROUNDS; round++) {
            var action = action(tree, command, outputs);
            var begin = System.nanoTime();
            source.offer(action);
            source.next();
            whole.add((System.nanoTime() - begin) / 1e6);
            begin = System.nanoTime();
            var process = new ArrayList<>(command);
            process.add(Long.toString(salt));
            new ProcessBuilder(process).directory(own.toFile()).start().waitFor();
            bare.add((System.nanoTime() - begin) / 1e6);
        }
        OUT.printf(
                "%-10s %-26s action %6.2f ms, bare command %6.2f ms, overhead %6.2f ms (medians)%n",
                sandbox.name(), what, median(whole), median(bare), median(whole) - median(bare));
    }

    private void many(Sandbox sandbox, Queue source) throws InterruptedException {
        var actions = new ArrayList<Digest>();
        for (var i = 0; i < MANY; i++) {
            actions.add(action(Digest.EMPTY, List.of("true"), List.of()));
        }
        var begin = System.nanoTime();
        actions.forEach(source::offer);
        for (var i = 0; i < MANY; i++) {
            source.next();
        }
        OUT.printf(
                "%-10s %-26s %.0f actions/s with 2 slots%n",
                sandbox.name(), "`true`, many", MANY / ((System.nanoTime() - begin) / 1e9));
    }

    private static double median(List<Double> values) {
        // The first rounds measure the compiler.
        return values.stream().skip(ROUNDS / 3).sorted().toList().get(ROUNDS / 3);
    }

    private Digest tree(int files) {
        var root = new DirectoryBuilder();
        for (var part = 0; part < files / 50; part++) {
            var sub = new DirectoryBuilder();
            for (var i = 0; i < 50; i++) {
                var content = "file %d of %d\n".formatted(i, part).repeat(100);
                sub.file("f" + i, Blobs.put(store, content.getBytes(StandardCharsets.UTF_8)), false);
            }
            root.directory("d" + part, Blobs.put(store, sub.build()));
        }
        return Blobs.put(store, root.build());
    }

    /// Each action is another one, and makes other outputs.
    private Digest action(Digest tree, List<String> arguments, List<String> outputs) {
        var command = Command.newBuilder()
                .addAllArguments(arguments)
                .addArguments(Long.toString(++salt) + "-" + System.nanoTime())
                .addAllOutputPaths(outputs)
                .build();
        return Blobs.put(
                store,
                Action.newBuilder()
                        .setCommandDigest(Digests.toProto(Blobs.put(store, command)))
                        .setInputRootDigest(Digests.toProto(tree))
                        .setPlatform(Platform.getDefaultInstance())
                        .build());
    }

    /// A queue in memory.
    private static final class Queue implements WorkSource {
        private final BlockingQueue<Lease> leases = new LinkedBlockingQueue<>();
        private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
        private long ids;

        synchronized void offer(Digest action) {
            leases.add(new Lease(new LeaseId(++ids), action, List.of(), RequestFacts.NONE, Instant.now()));
        }

        void next() throws InterruptedException {
            if (!(outcomes.take() instanceof Outcome.Completed completed)
                    || completed.result().getExitCode() != 0) {
                throw new IllegalStateException("An action failed");
            }
        }

        @Override
        public Duration announce(WorkerId worker, Offer offer) {
            return Duration.ofSeconds(15);
        }

        @Override
        public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
            return Optional.ofNullable(leases.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
        }

        @Override
        public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
            return Set.of();
        }

        @Override
        public long append(LeaseId lease, long offset, byte[] log) {
            return offset + log.length;
        }

        @Override
        public void finish(LeaseId lease, Outcome outcome) {
            outcomes.add(outcome);
        }
    }
}
