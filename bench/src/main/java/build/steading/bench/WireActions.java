// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.steading.bench.Table.Reference;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Actions that do nothing, by `Execute`: a server and a worker, which speak TLS, and one client on the server's
/// unix socket. Each action is another one, so that each runs, and its result is kept. What is measured is a farm
/// that is warm: it has executed so many before, in both ways, that its code is compiled. Not thread-safe.
final class WireActions {
    private static final String WORKER = "w1";
    private static final int SLOTS = 4;
    private static final int IN_FLIGHT = 16;
    private static final int PER_BATCH = 100;
    private static final String COMMAND = "/bin/true";

    private final Stage stage;
    private final Table table;
    private final int warmups;
    private final int actions;
    private int salt;

    /// @param actions how many are measured in a row
    WireActions(Stage stage, Table table, int actions) {
        this.stage = stage;
        this.table = table;
        this.warmups = 5 * actions;
        this.actions = actions;
    }

    void run() throws IOException, InterruptedException {
        try (var farm = new SmallFarm(stage, "plain", "plain")) {
            farm.startWorker(WORKER, SLOTS);
            try (var client = new WireClient(farm.socket())) {
                measure(farm, client);
            }
        }
    }

    private void measure(SmallFarm farm, WireClient client) throws IOException, InterruptedException {
        execute(client, requests(client, warmups), IN_FLIGHT);
        for (var request : requests(client, warmups)) {
            execute(client, List.of(request), 1);
        }
        var bare = stage.time(stage.directory(), actions / 10, actions, COMMAND).wall();
        var reference = new Reference(COMMAND, bare);

        var single = requests(client, actions);
        var before = Used.by(farm);
        var millis = new ArrayList<Double>();
        for (var request : single) {
            millis.add(1e3 / execute(client, List.of(request), 1));
        }
        var cpu = before.until(Used.by(farm), actions);
        var latency = new Samples(millis);
        var seconds = millis.stream().mapToDouble(each -> each).sum() / 1e3;
        table.add("Execute of `%s`, one at a time, ms".formatted(COMMAND), "<= 6", latency, reference);
        table.add("  the same, 95th percentile", "", latency.percentile(95), reference);
        table.add("  actions/s", ">= 200", Samples.of(actions / seconds));
        cpu.addTo(table);

        var many = requests(client, 2 * actions);
        before = Used.by(farm);
        var rate = execute(client, many, IN_FLIGHT);
        cpu = before.until(Used.by(farm), many.size());
        table.add("  %d in flight, actions/s".formatted(IN_FLIGHT), ">= 400", Samples.of(rate));
        cpu.addTo(table);
    }

    /// CPU time in milliseconds: of both processes, without the commands that they ran.
    private record Used(double server, double worker) {
        static Used by(SmallFarm farm) throws IOException {
            var server = farm.server().pid();
            var worker = farm.worker(WORKER).pid();
            return new Used(Stage.cpu(server), Stage.cpu(worker));
        }

        /// Returns what was used for each of so many actions.
        Used until(Used end, int actions) {
            return new Used((end.server - server) / actions, (end.worker - worker) / actions);
        }

        void addTo(Table table) {
            var own = Samples.of(server + worker);
            table.add("  CPU of an action, ms", "<= 3", own, new Reference("server", Samples.of(server)));
        }
    }

    /// Stores new actions.
    private List<byte[]> requests(WireClient client, int count) throws InterruptedException {
        var command = Command.newBuilder().addArguments(COMMAND).build().toByteString();
        var batches = new ArrayList<byte[]>();
        var requests = new ArrayList<byte[]>();
        var batch = batch(command);
        for (var i = 0; i < count; i++) {
            var action = Action.newBuilder()
                    .setCommandDigest(Digests.toProto(Digest.of(command.toByteArray())))
                    .setInputRootDigest(Digests.toProto(Digest.EMPTY))
                    .setSalt(ByteString.copyFromUtf8(Integer.toString(salt++)))
                    .build()
                    .toByteString();
            add(batch, action);
            requests.add(ExecuteRequest.newBuilder()
                    .setActionDigest(Digests.toProto(Digest.of(action.toByteArray())))
                    .build()
                    .toByteArray());
            if (batch.getRequestsCount() == PER_BATCH || i == count - 1) {
                batches.add(batch.build().toByteArray());
                batch = batch(command);
            }
        }
        client.rate(ContentAddressableStorageGrpc.getBatchUpdateBlobsMethod(), batches, 1, WireLoad::checkStored);
        return requests;
    }

    private static BatchUpdateBlobsRequest.Builder batch(ByteString command) {
        var batch = BatchUpdateBlobsRequest.newBuilder();
        add(batch, command);
        return batch;
    }

    private static void add(BatchUpdateBlobsRequest.Builder batch, ByteString blob) {
        batch.addRequestsBuilder()
                .setDigest(Digests.toProto(Digest.of(blob.toByteArray())))
                .setData(blob);
    }

    /// Has actions run, so many at a time.
    ///
    /// @return actions a second
    private static double execute(WireClient client, List<byte[]> requests, int inFlight) throws InterruptedException {
        var ran = new AtomicInteger();
        var rate = client.rate(ExecutionGrpc.getExecuteMethod(), requests, inFlight, answer -> {
            if (hasRun(answer)) {
                ran.incrementAndGet();
            }
        });
        if (ran.get() != requests.size()) {
            throw new IllegalStateException("Only %d of %d actions ran".formatted(ran.get(), requests.size()));
        }
        return rate;
    }

    /// Returns whether this is the last that is said of an action, which ran and succeeded.
    private static boolean hasRun(byte[] answer) {
        try {
            var operation = Operation.parseFrom(answer);
            if (!operation.getDone()) {
                return false;
            }
            var response = operation.getResponse().unpack(ExecuteResponse.class);
            return response.getStatus().getCode() == 0
                    && response.getResult().getExitCode() == 0
                    && !response.getCachedResult();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
