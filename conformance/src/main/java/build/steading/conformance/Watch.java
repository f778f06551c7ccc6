// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecutionStage;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.Operation;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A stream of news about an operation. Thread-safe.
final class Watch implements ClientResponseObserver<MessageLite, Operation> {
    private final long begun = System.nanoTime();

    @GuardedBy("this")
    private final List<Operation> messages = new ArrayList<>();

    @GuardedBy("this")
    private @Nullable Status status;

    @GuardedBy("this")
    private @Nullable Duration firstAfter;

    private volatile @Nullable ClientCallStreamObserver<MessageLite> call;

    /// How a stream ended.
    ///
    /// @param firstAfter when the first message came; empty if none did
    record Ending(List<Operation> messages, Status status, Optional<Duration> firstAfter, Duration took) {
        /// Returns the result.
        ///
        /// @throws Unmet if there is none
        Done ok(Target target) {
            var done = done(target);
            Expect.oneOf(done.status(), Status.Code.OK);
            return done;
        }

        /// Returns the answer, which may say that there is no result.
        Done done(Target target) {
            Expect.oneOf(status, Status.Code.OK);
            Expect.that(!messages.isEmpty(), "the stream ended without a message");
            var last = messages.getLast();
            Expect.that(last.getDone(), "the stream ended with an operation that is not done");
            Expect.that(last.hasResponse(), "the operation ended without a response: %s", last.getError());
            return new Done(target, last, took);
        }

        /// Returns why there is no result, wherever the server says so; `OK` if there is one.
        Done.Problem problem(Target target) {
            return status.isOk() ? done(target).problem() : Done.Problem.of(status);
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<MessageLite> stream) {
        call = stream;
    }

    @Override
    public synchronized void onNext(Operation message) {
        if (messages.isEmpty()) {
            firstAfter = elapsed();
        }
        messages.add(message);
        notifyAll();
    }

    @Override
    public void onError(Throwable cause) {
        end(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
        end(Status.OK);
    }

    /// Drops the stream, as a client does that lost its network.
    void drop() {
        var stream = call;
        if (stream != null) {
            stream.cancel("The check wants it so", null);
        }
    }

    /// Waits for the end of the stream.
    synchronized Ending await() throws InterruptedException {
        while (status == null) {
            wait();
        }
        return new Ending(List.copyOf(messages), status, Optional.ofNullable(firstAfter), elapsed());
    }

    /// Returns whether the last message has come.
    synchronized boolean hasEnded() {
        return status != null || (!messages.isEmpty() && messages.getLast().getDone());
    }

    /// Waits for the first message.
    Operation first() throws InterruptedException {
        return first(_ -> true);
    }

    /// Waits until the server says that the command runs.
    Operation executing() throws InterruptedException {
        return first(message -> stage(message) == ExecutionStage.Value.EXECUTING);
    }

    private synchronized Operation first(Predicate<Operation> wanted) throws InterruptedException {
        while (true) {
            var found = messages.stream().filter(wanted).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            if (status != null) {
                throw new Unmet("the stream ended too soon: %s", Expect.describe(status));
            }
            wait();
        }
    }

    static ExecutionStage.Value stage(Operation message) {
        return metadata(message).getStage();
    }

    static ExecuteOperationMetadata metadata(Operation message) {
        try {
            return message.getMetadata().unpack(ExecuteOperationMetadata.class);
        } catch (InvalidProtocolBufferException _) {
            throw new Unmet(
                    "metadata is `%s`, not `ExecuteOperationMetadata`",
                    message.getMetadata().getTypeUrl());
        }
    }

    private synchronized void end(Status how) {
        status = how;
        notifyAll();
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
