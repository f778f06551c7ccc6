// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.info;
import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.optional;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.CANCELLED;
import static io.grpc.Status.Code.NOT_FOUND;

import build.bazel.remote.execution.v2.ExecutionStage;
import com.google.bytestream.ReadRequest;
import com.google.longrunning.CancelOperationRequest;
import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Operations, from their first message to their last.
final class ExecuteChecks {
    private static final Comparator<Timestamp> TIMES =
            Comparator.comparingLong(Timestamp::getSeconds).thenComparingInt(Timestamp::getNanos);

    private ExecuteChecks() {}

    static List<Check> all() {
        return List.of(
                must("E01", "A result says who ran the action, and when", ExecuteChecks::metadata),
                must("E02", "Operations have names, stages and one end", ExecuteChecks::operations),
                should("E03", "The first message comes at once", ExecuteChecks::firstMessage),
                must("E04", "A command that fails is a result", ExecuteChecks::exitCode),
                must("E16", "Who waits for a running operation is told how it stands", ExecuteChecks::waiting),
                must("E17", "An operation survives the loss of its stream", ExecuteChecks::dropped),
                must("E18", "An unknown operation is not found", ExecuteChecks::unknownOperation),
                should("E19", "An operation that has just ended can be asked for", ExecuteChecks::justEnded),
                info("E22", "Operations can be polled and cancelled", ExecuteChecks::polled),
                should("E25", "All that a result names can be read at once", ExecuteChecks::readable),
                info("E26", "Whether output text comes inline", ExecuteChecks::inline),
                optional("E27", "What a command prints can be read before it ends", ExecuteChecks::live),
                should("120", "A cancelled operation ends within seconds, as cancelled", ExecuteChecks::cancelled));
    }

    private static String metadata(Target target) throws InterruptedException {
        var done = target.jobs().succeed(Job.sh("true"));
        var metadata = done.result().getExecutionMetadata();
        Expect.that(!metadata.getWorker().isEmpty(), "no worker");
        var times = Stream.of(
                        metadata.getQueuedTimestamp(),
                        metadata.getWorkerStartTimestamp(),
                        metadata.getInputFetchStartTimestamp(),
                        metadata.getInputFetchCompletedTimestamp(),
                        metadata.getExecutionStartTimestamp(),
                        metadata.getExecutionCompletedTimestamp(),
                        metadata.getOutputUploadStartTimestamp(),
                        metadata.getOutputUploadCompletedTimestamp(),
                        metadata.getWorkerCompletedTimestamp())
                .filter(time -> !time.equals(Timestamp.getDefaultInstance()))
                .toList();
        Expect.equal("Order of timestamps", times.stream().sorted(TIMES).toList(), times);
        Expect.that(metadata.hasExecutionCompletedTimestamp(), "no time of execution");
        return "%s, %d timestamps".formatted(metadata.getWorker(), times.size());
    }

    private static String operations(Target target) throws InterruptedException {
        var job = Job.sh("true");
        var ending = target.jobs().start(job).await();
        ending.ok(target);
        var messages = ending.messages();
        Expect.that(!messages.getFirst().getName().isEmpty(), "no name");
        for (var message : messages) {
            Expect.equal("Name", messages.getFirst().getName(), message.getName());
            Expect.equal("Action", job.digest(), Watch.metadata(message).getActionDigest());
        }
        var done = messages.stream().map(Operation::getDone).toList();
        Expect.equal("First message that is done", messages.size() - 1, done.indexOf(true));
        Expect.equal("Last stage", ExecutionStage.Value.COMPLETED, Watch.stage(messages.getLast()));
        return messages.stream().map(Watch::stage).toList().toString();
    }

    private static String firstMessage(Target target) throws InterruptedException {
        var ending = target.jobs().start(Job.sh("sleep 3")).await();
        ending.ok(target);
        var first = ending.firstAfter().orElseThrow();
        Expect.that(first.toMillis() < 1_500, "after %d ms", first.toMillis());
        return "after %d ms".formatted(first.toMillis());
    }

    private static String exitCode(Target target) throws InterruptedException {
        var done = target.jobs().done(Job.sh("exit 7"));
        Expect.equal("Exit code", 7, done.result().getExitCode());
        return "";
    }

    private static String waiting(Target target) throws InterruptedException {
        var first = target.jobs().start(Job.sh("sleep 2; echo hello"));
        var name = first.executing().getName();
        var second = target.jobs().waitFor(name).await();
        var done = second.ok(target);
        Expect.equal("Output", "hello\n", done.stdout());
        Expect.that(second.messages().size() >= 2, "only the end");
        var after = second.firstAfter().orElseThrow();
        Expect.that(after.toMillis() < 1_000, "the first message came after %d ms", after.toMillis());
        return "after %d ms".formatted(after.toMillis());
    }

    private static String live(Target target) throws InterruptedException {
        var watch =
                target.jobs().start(Job.sh("echo begun; sleep 3; echo ended").doNotCache());
        var name = Watch.metadata(watch.executing()).getStdoutStreamName();
        if (name.isEmpty()) {
            throw new NotApplicable("no stream is named");
        }
        var stream = target.bytes()
                .read(ReadRequest.newBuilder().setResourceName(name).build());
        var first = stream.next().getData().toStringUtf8();
        var live = !watch.hasEnded();
        var all = new StringBuilder(first);
        stream.forEachRemaining(message -> all.append(message.getData().toStringUtf8()));
        Expect.equal("Output", "begun\nended\n", all.toString());
        Expect.that(live, "nothing came before the end");
        return "";
    }

    private static String dropped(Target target) throws InterruptedException {
        var first = target.jobs().start(Job.sh("sleep 1; echo hello"));
        var name = first.first().getName();
        first.drop();
        var done = target.jobs().waitFor(name).await().ok(target);
        Expect.equal("Output", "hello\n", done.stdout());
        return "";
    }

    private static String unknownOperation(Target target) throws InterruptedException {
        var name = target.jobs().start(Job.sh("true")).first().getName();
        // A name of the server's own form that it never gave: the last character is another one.
        var last = name.charAt(name.length() - 1);
        var other = name.substring(0, name.length() - 1) + (last == '0' ? '1' : '0');
        return Expect.oneOf(target.jobs().waitFor(other).await().status(), NOT_FOUND);
    }

    private static String justEnded(Target target) throws InterruptedException {
        var ending = target.jobs().start(Job.sh("echo hello")).await();
        ending.ok(target);
        var again = target.jobs().waitFor(ending.messages().getLast().getName()).await();
        if (again.status().getCode() == NOT_FOUND) {
            return "not found";
        }
        Expect.equal("Output", "hello\n", again.ok(target).stdout());
        return "its result";
    }

    private static String polled(Target target) throws Exception {
        var watch = target.jobs().start(Job.sh("sleep 30"));
        var name = watch.executing().getName();
        var get = Expect.statusOf(() -> target.operations()
                .getOperation(GetOperationRequest.newBuilder().setName(name).build()));
        var cancel = Expect.statusOf(() -> cancel(target, name));
        watch.drop();
        return "get %s, cancel %s".formatted(get.getCode(), cancel.getCode());
    }

    private static Object cancel(Target target, String name) {
        return target.operations()
                .cancelOperation(
                        CancelOperationRequest.newBuilder().setName(name).build());
    }

    private static String cancelled(Target target) throws Exception {
        var watch = target.jobs().start(Job.sh("echo begun; sleep 30 & sleep 30"));
        var name = watch.executing().getName();
        var begun = System.nanoTime();
        var status = Expect.statusOf(() -> cancel(target, name));
        if (status.getCode() == io.grpc.Status.Code.UNIMPLEMENTED) {
            watch.drop();
            throw new NotApplicable("operations cannot be cancelled");
        }
        var problem = watch.await().problem(target);
        var took = Duration.ofNanos(System.nanoTime() - begun);
        Expect.oneOf(problem.status(), CANCELLED);
        Expect.that(took.toSeconds() < 5, "took %d ms", took.toMillis());
        return "took %d ms".formatted(took.toMillis());
    }

    private static String readable(Target target) throws InterruptedException {
        var done = target.jobs()
                .succeed(Job.sh("mkdir d; echo one > d/f; echo two > g; echo three; echo four >&2")
                        .paths("d", "g"));
        Expect.equal("File", "two\n", done.content("g"));
        var inTree = done.tree("d").getRoot().getFiles(0);
        Expect.equal("File in the directory", "one\n", done.content(inTree.getDigest()));
        Expect.equal("Standard output", "three\n", done.stdout());
        Expect.equal("Standard error", "four\n", done.stderr());
        return "";
    }

    private static String inline(Target target) throws InterruptedException {
        var job = Job.sh("echo hello");
        target.blobs().put(job.blobs());
        var request = target.jobs().request(job.digest()).setInlineStdout(true).build();
        var with = target.jobs().execute(request).await().ok(target);
        var without = target.jobs().done(Job.sh("echo hello"));
        return "asked for: %s; else: %s".formatted(CacheChecks.text(with.result()), CacheChecks.text(without.result()));
    }
}
