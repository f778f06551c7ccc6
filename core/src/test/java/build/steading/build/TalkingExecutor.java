// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.api.v1.ExecutionDetails;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digests;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Runs nothing: a test says what actions print and how they end.
public final class TalkingExecutor implements ActionExecutor {
    private final BlobStore blobs;
    private final BlockingQueue<Talk> begun = new LinkedBlockingQueue<>();

    public TalkingExecutor(BlobStore blobs) {
        this.blobs = blobs;
    }

    /// Returns the next action that was asked for.
    public Talk next() throws InterruptedException {
        var talk = begun.poll(20, TimeUnit.SECONDS);
        assertThat(talk).isNotNull();
        return talk;
    }

    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var talk = new Talk(observer);
        begun.add(talk);
        return talk;
    }

    /// One action.
    public final class Talk implements Execution {
        private final ExecutionObserver owner;
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        @GuardedBy("this")
        private final List<ExecutionObserver> followers = new ArrayList<>();

        @GuardedBy("this")
        private final List<LogRecord> log = new ArrayList<>();

        @GuardedBy("this")
        private List<String> causes = List.of();

        private Talk(ExecutionObserver owner) {
            this.owner = owner;
            followers.add(owner);
        }

        public void queues(String... why) {
            synchronized (this) {
                causes = List.of(why);
            }
            owner.queued(why[0]);
        }

        public Talk runs() {
            synchronized (this) {
                causes = List.of();
            }
            owner.running(new WorkerId("talker"), false);
            return this;
        }

        public Talk prints(String text) {
            return prints(text, Instant.now());
        }

        public synchronized Talk prints(String text, Instant time) {
            var entry = new LogRecord(LogRecord.Source.STDOUT, time, ByteString.copyFromUtf8(text));
            log.add(entry);
            followers.forEach(follower -> follower.output(entry));
            return this;
        }

        public void ends(int exitCode) {
            ends(ActionResult.newBuilder().setExitCode(exitCode));
        }

        public void makes(String path, String content) {
            var digest = Blobs.put(blobs, content.getBytes(StandardCharsets.UTF_8));
            ends(ActionResult.newBuilder()
                    .addOutputFiles(OutputFile.newBuilder().setPath(path).setDigest(Digests.toProto(digest))));
        }

        private void ends(ActionResult.Builder result) {
            synchronized (this) {
                followers.clear();
                var details = ExecutionDetails.newBuilder();
                if (!log.isEmpty()) {
                    details.setLogDigest(Digests.toProto(Blobs.put(blobs, logBytes())));
                }
                result.getExecutionMetadataBuilder().addAuxiliaryMetadata(Any.pack(details.build()));
            }
            outcome.complete(new Outcome.Completed(result.build(), false, List.of()));
        }

        @GuardedBy("this")
        private byte[] logBytes() {
            var bytes = new ByteArrayOutputStream();
            log.forEach(entry -> bytes.writeBytes(LogFormat.encode(entry)));
            return bytes.toByteArray();
        }

        @Override
        public Outcome await() throws InterruptedException {
            try {
                return outcome.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public synchronized boolean follow(ExecutionObserver another) {
            if (outcome.isDone()) {
                return false;
            }
            log.forEach(another::output);
            followers.add(another);
            return true;
        }

        @Override
        public synchronized List<String> why() {
            return causes;
        }

        @Override
        public void withdraw(String by) {
            outcome.complete(new Outcome.Cancelled(by));
        }
    }
}
