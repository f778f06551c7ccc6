// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.steading.bench.Table.Reference;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A server that stores very many small blobs: what its start, its memory and its answers cost then, beside the
/// same server with none, or few.
final class CapacityBench {
    private static final int STARTS = 3;
    private static final int BLOB_BYTES = 256;
    private static final int PER_BATCH = 1_000;
    private static final int BATCHES_PER_ROUND = 100;
    private static final int CALLS = 200;
    private static final int ROUNDS = 3;
    private static final int IN_FLIGHT = 8;
    private static final double MIB = 1 << 20;

    private final LoneServer server;
    private final long blobs;
    private final Random random = new Random(1);

    private CapacityBench(LoneServer server, long blobs) {
        this.server = server;
        this.blobs = blobs;
    }

    /// @param blobs how many are stored
    static Table run(Stage stage, long blobs) throws IOException, InterruptedException {
        var table = new Table("A server with %,d blobs of %d bytes".formatted(blobs, BLOB_BYTES));
        try (var server = new LoneServer(stage)) {
            server.await();
            new CapacityBench(server, blobs).measure(table);
        }
        return table;
    }

    private void measure(Table table) throws IOException, InterruptedException {
        var few = (long) PER_BATCH * BATCHES_PER_ROUND;
        var first = Samples.of(store(0, few));
        var starts = restarts(false);
        var known = answers(few);
        var later = new ArrayList<Double>();
        for (var from = few; from < blobs; from += few) {
            later.add(store(from, from + few));
        }
        table.add("stored, 1,000 a call, blobs/s", "", new Samples(later), new Reference("the first", first));
        table.add("resident memory after that, MiB", "", Samples.of(server.residentMib()), known.memory());
        table.add("  without pages of files", "<= 600", Samples.of(server.ownMib()));
        var fewer = new Reference(known.memory().what(), starts);
        table.add("started until it answers, when it was stopped, ms", "", restarts(false), fewer);
        table.add("  when it was killed, ms", "", restarts(true), fewer);
        var answers = answers(blobs);
        table.add(
                "find-missing, 1,000 a call that are there, digests/s",
                "",
                answers.present().measured(),
                known.present());
        table.add("  that are not, digests/s", "", answers.absent().measured(), known.absent());
        table.add("read, 1,000 a call, blobs/s", "", answers.read().measured(), known.read());
        table.add("resident memory at last, MiB", "", answers.memory().measured(), known.memory());
        table.add("  without pages of files", "<= 600", Samples.of(server.ownMib()));
        var content = new Reference("content", Samples.of(blobs * BLOB_BYTES / MIB));
        table.add("disk, MiB", "", Samples.of(diskMib()), content);
    }

    /// What it answers how fast, and the memory it takes for that.
    private record Answers(Reference present, Reference absent, Reference read, Reference memory) {}

    /// @param stored how many blobs are there
    private Answers answers(long stored) throws IOException, InterruptedException {
        var who = "with %,d".formatted(stored);
        try (var client = new WireClient(server.socket())) {
            var present = ask(client, () -> digest(random.nextLong(stored)));
            var absent = ask(client, () -> digest(blobs + random.nextLong(1L << 40)));
            var read = read(client, stored);
            return new Answers(
                    new Reference(who, present),
                    new Reference(who, absent),
                    new Reference(who, read),
                    new Reference(who, Samples.of(server.residentMib())));
        }
    }

    private Samples restarts(boolean killed) throws IOException, InterruptedException {
        var millis = new ArrayList<Double>();
        for (var i = 0; i < STARTS; i++) {
            if (killed) {
                server.kill();
            } else {
                server.stop();
            }
            millis.add(server.restart());
        }
        return new Samples(millis);
    }

    private static byte[] content(long number) {
        return ByteBuffer.allocate(BLOB_BYTES).putLong(number).array();
    }

    private static build.bazel.remote.execution.v2.Digest digest(long number) {
        return Digests.toProto(Digest.of(content(number)));
    }

    /// Stores the blobs of these numbers.
    ///
    /// @return blobs a second
    private double store(long from, long to) throws InterruptedException {
        var requests = new ArrayList<byte[]>();
        for (var number = from; number < to; ) {
            var request = BatchUpdateBlobsRequest.newBuilder();
            for (var end = number + PER_BATCH; number < end; number++) {
                request.addRequestsBuilder()
                        .setDigest(digest(number))
                        .setData(UnsafeByteOperations.unsafeWrap(content(number)));
            }
            requests.add(request.build().toByteArray());
        }
        try (var client = new WireClient(server.socket())) {
            var method = ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod();
            return PER_BATCH * client.rate(method, requests, IN_FLIGHT, WireLoad::checkStored);
        }
    }

    /// @return digests a second
    private Samples ask(WireClient client, Supplier<build.bazel.remote.execution.v2.Digest> which)
            throws InterruptedException {
        return rounds(() -> {
            var requests = requests(() -> {
                var request = FindMissingBlobsRequest.newBuilder();
                for (var i = 0; i < PER_BATCH; i++) {
                    request.addBlobDigests(which.get());
                }
                return request.build();
            });
            var method = ContentAddressableStorageGrpc.getFindMissingBlobsMethod();
            return PER_BATCH * client.rate(method, requests, IN_FLIGHT, _ -> {});
        });
    }

    /// @return blobs a second
    private Samples read(WireClient client, long stored) throws InterruptedException {
        return rounds(() -> {
            var requests = requests(() -> {
                var request = BatchReadBlobsRequest.newBuilder();
                for (var i = 0; i < PER_BATCH; i++) {
                    request.addDigests(digest(random.nextLong(stored)));
                }
                return request.build();
            });
            var method = ContentAddressableStorageGrpc.getBatchReadBlobsMethod();
            return PER_BATCH
                    * client.rate(method, requests, IN_FLIGHT, answer -> {
                        if (answer.length < PER_BATCH * BLOB_BYTES) {
                            throw new IllegalStateException("Blobs are missing");
                        }
                    });
        });
    }

    private static List<byte[]> requests(Supplier<MessageLite> request) {
        return Stream.generate(() -> request.get().toByteArray()).limit(CALLS).toList();
    }

    private interface Round {
        double rate() throws InterruptedException;
    }

    /// Has the first one, in which code is compiled, not count.
    private static Samples rounds(Round round) throws InterruptedException {
        var rates = new ArrayList<Double>();
        for (var i = 0; i <= ROUNDS; i++) {
            rates.add(round.rate());
        }
        return new Samples(rates.subList(1, rates.size()));
    }

    private double diskMib() throws IOException {
        try (var files = Files.walk(server.home().resolve("cas"))) {
            return files.mapToLong(file ->
                                    file.toFile().isFile() ? file.toFile().length() : 0)
                            .sum()
                    / MIB;
        }
    }
}
