// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.steading.blob.Blobs;
import build.steading.digest.Digests;
import build.steading.execute.Outcome;
import build.steading.execute.Printed;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import build.steading.schedule.WorkerId;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.ReadResponse;
import com.google.longrunning.Operation;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.BlockingClientCall;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a client sees of an action that prints, before it ends.
@Timeout(30)
class LogStreamTest extends ExecutionTest {
    private static final WorkerId WORKER = new WorkerId("w1");

    private final Log log = new Log();
    private BlockingClientCall<?, Operation> call;
    private FakeExecutor.Stake stake;
    private ExecuteOperationMetadata names;

    /// A log that grows as a test wants it.
    private static final class Log implements Printed {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean over;

        synchronized void print(Source source, String text) {
            bytes.writeBytes(LogFormat.encode(new LogRecord(source, Instant.EPOCH, ByteString.copyFromUtf8(text))));
            notifyAll();
        }

        synchronized void end() {
            over = true;
            notifyAll();
        }

        /// Returns a few bytes at a time, so that records are cut.
        @Override
        public synchronized Optional<byte[]> read(long offset, Duration patience) throws InterruptedException {
            while (!over && bytes.size() <= offset) {
                wait(patience.toMillis());
            }
            var end = (int) Math.min(bytes.size(), offset + 5);
            return over ? Optional.empty() : Optional.of(Arrays.copyOfRange(bytes.toByteArray(), (int) offset, end));
        }
    }

    @BeforeEach
    void begin() throws Exception {
        call = execute();
        next(call);
        stake = executor.next();
        stake.printTo(log);
        stake.observer.running(WORKER, false);
        names = metadata(next(call));
    }

    @Test
    void outputIsReadWhileItIsPrinted() throws Exception {
        var stdout = read(names.getStdoutStreamName(), 0, 0);
        var stderr = read(names.getStderrStreamName(), 0, 0);

        log.print(Source.STDOUT, "one ");
        assertThat(text(stdout)).isEqualTo("one ");
        log.print(Source.STDERR, "oops");
        log.print(Source.STDOUT, "two");
        assertThat(text(stdout)).isEqualTo("two");
        assertThat(text(stderr)).isEqualTo("oops");
        end(result("one two", "oops"));
        assertThat(text(stdout)).isNull();
        assertThat(text(stderr)).isNull();
    }

    @Test
    void whatWasNotReadInTimeComesFromTheResult() throws Exception {
        log.print(Source.STDOUT, "one ");
        var stdout = read(names.getStdoutStreamName(), 0, 0);
        assertThat(text(stdout)).isEqualTo("one ");
        end(result("one two three", ""));

        assertThat(text(stdout)).isEqualTo("two three");
        assertThat(text(stdout)).isNull();
    }

    @Test
    void streamsOfWhatHasEndedCanStillBeRead() throws Exception {
        end(result("all of it", ""));
        last(call);

        assertThat(text(read(names.getStdoutStreamName(), 4, 2))).isEqualTo("of");
        assertThat(text(read(names.getStderrStreamName(), 0, 0))).isNull();
    }

    @Test
    void offsetAndLimitAreExact() throws Exception {
        log.print(Source.STDOUT, "0123456789");
        log.print(Source.STDOUT, "abcdefghij");
        var some = read(names.getStdoutStreamName(), 8, 4);

        assertThat(text(some) + text(some)).isEqualTo("89ab");
        assertThat(text(some)).isNull();
    }

    @Test
    void streamEndsWithItsAttempt() throws Exception {
        var first = read(names.getStdoutStreamName(), 0, 0);
        log.print(Source.STDOUT, "in vain");
        assertThat(text(first)).isEqualTo("in vain");
        stake.observer.queued("The worker was lost");
        assertThat(metadata(next(call)).getStdoutStreamName()).isEmpty();
        log.end();
        assertThat(text(first)).isNull();

        stake.printTo(new Log());
        stake.observer.running(WORKER, false);
        assertThat(metadata(next(call)).getStdoutStreamName()).isNotEmpty().isNotEqualTo(names.getStdoutStreamName());
    }

    @Test
    void whatNobodyPrintsIsNotFound() {
        var name = names.getStdoutStreamName();

        assertFails(Status.Code.NOT_FOUND, () -> text(read(name.replace("/1/stdout", "/2/stdout"), 0, 0)));
        assertFails(Status.Code.NOT_FOUND, () -> text(read("logstreams/operations/none/1/stdout", 0, 0)));
        assertFails(Status.Code.OUT_OF_RANGE, () -> text(read(name, -1, 0)));
        assertFails(Status.Code.INVALID_ARGUMENT, () -> text(read(name, 0, -1)));
    }

    private void end(ActionResult result) {
        log.end();
        stake.end(new Outcome.Completed(result, false, List.of()));
    }

    private ActionResult result(String stdout, String stderr) {
        var out = Blobs.put(blobs, stdout.getBytes(StandardCharsets.UTF_8));
        return ActionResult.newBuilder()
                .setStdoutDigest(Digests.toProto(out))
                .setStderrRaw(ByteString.copyFromUtf8(stderr))
                .build();
    }

    private BlockingClientCall<?, ReadResponse> read(String name, long offset, long limit) {
        return ByteStreamGrpc.newBlockingV2Stub(timed.channel())
                .read(ReadRequest.newBuilder()
                        .setResourceName(name)
                        .setReadOffset(offset)
                        .setReadLimit(limit)
                        .build());
    }

    /// Returns what comes next; null at the end.
    private static String text(BlockingClientCall<?, ReadResponse> stream) throws Exception {
        var next = stream.read(10, TimeUnit.SECONDS);
        return next == null ? null : next.getData().toStringUtf8();
    }
}
