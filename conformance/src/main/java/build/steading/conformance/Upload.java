// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import com.google.bytestream.WriteRequest;
import com.google.bytestream.WriteResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/// One `Write` call, message by message. Not thread-safe.
final class Upload {
    private static final int CHUNK_BYTES = 1 << 20;

    private final String name;
    private final Answers answers = new Answers();
    private long offset;

    /// How a call ended.
    ///
    /// @param committedSize what the answer said; 0 without one
    record End(Status status, long committedSize) {}

    Upload(Target target, String name) {
        this.name = name;
        target.streams().write(answers);
    }

    /// Where the next message of the upload begins.
    Upload from(long start) {
        offset = start;
        return this;
    }

    /// Sends everything in messages of 1 MiB, the last of which finishes the upload.
    Upload whole(ByteString data) throws InterruptedException {
        return inChunks(data, CHUNK_BYTES);
    }

    Upload inChunks(ByteString data, int chunkBytes) throws InterruptedException {
        var sent = 0;
        do {
            var next = Math.min(data.size(), sent + chunkBytes);
            send(data.substring(sent, next), next == data.size());
            sent = next;
        } while (sent < data.size() && !answers.ended.isDone());
        return this;
    }

    Upload send(ByteString data, boolean finish) throws InterruptedException {
        answers.awaitReady();
        if (answers.ended.isDone()) {
            return this;
        }
        answers.call()
                .onNext(WriteRequest.newBuilder()
                        .setResourceName(name)
                        .setWriteOffset(offset)
                        .setData(data)
                        .setFinishWrite(finish)
                        .build());
        offset += data.size();
        return this;
    }

    /// Ends our side of the call, and waits for the server's.
    End end() throws InterruptedException {
        if (!answers.ended.isDone()) {
            answers.call().onCompleted();
        }
        return await();
    }

    /// Waits for the server's end, while ours stays open.
    End await() throws InterruptedException {
        try {
            return answers.ended.get(Target.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new Unmet("The upload was not answered within %s", Target.PATIENCE);
        }
    }

    void cancel() {
        answers.call().cancel("The check wants it so", null);
    }

    private static final class Answers implements ClientResponseObserver<WriteRequest, WriteResponse> {
        private final CompletableFuture<End> ended = new CompletableFuture<>();
        private final CompletableFuture<ClientCallStreamObserver<WriteRequest>> call = new CompletableFuture<>();
        private final AtomicLong committed = new AtomicLong();
        private final Semaphore ready = new Semaphore(0);

        ClientCallStreamObserver<WriteRequest> call() {
            return call.join();
        }

        void awaitReady() throws InterruptedException {
            while (!call().isReady() && !ended.isDone()) {
                ready.tryAcquire(Target.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WriteRequest> stream) {
            call.complete(stream);
            stream.setOnReadyHandler(ready::release);
        }

        @Override
        public void onNext(WriteResponse answer) {
            committed.set(answer.getCommittedSize());
        }

        @Override
        public void onError(Throwable cause) {
            ended.complete(new End(Status.fromThrowable(cause), committed.get()));
            ready.release();
        }

        @Override
        public void onCompleted() {
            ended.complete(new End(Status.OK, committed.get()));
            ready.release();
        }
    }
}
