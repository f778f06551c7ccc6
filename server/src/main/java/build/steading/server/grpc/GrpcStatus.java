// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.PreconditionFailure.Violation;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.lang.System.Logger.Level;
import java.util.stream.Stream;

/// Turns failures into statuses of the Remote Execution API.
final class GrpcStatus {
    static final Status OK = Status.getDefaultInstance();

    /// The status of a call travels in HTTP/2 headers, of which clients accept 8 KiB by default.
    private static final int MAX_VIOLATIONS_OF_CALL = 40;

    /// Counted in UTF-8, of which headers hold each byte that is not printable ASCII as three.
    private static final int MAX_MESSAGE_BYTES_OF_CALL = 1_000;

    /// Keeps a status below the 4 MiB that clients accept in a message.
    private static final int MAX_VIOLATIONS = 25_000;

    private static final System.Logger LOG = System.getLogger(GrpcStatus.class.getName());

    private GrpcStatus() {}

    /// Returns the status of something within a successful call: of one blob of a batch, or of an execution.
    static Status of(Failure failure) {
        return of(failure, MAX_VIOLATIONS);
    }

    /// Returns what ends a call that `thrown` came out of. What is not a failure is our bug: it goes to the log,
    /// and no detail of it to the client.
    static StatusRuntimeException ofCall(Throwable thrown) {
        return switch (thrown) {
            case SteadingException e -> StatusProto.toStatusRuntimeException(of(e.failure(), MAX_VIOLATIONS_OF_CALL));
            case StatusRuntimeException e
            when e.getStatus().getCause() instanceof InvalidProtocolBufferException ->
                StatusProto.toStatusRuntimeException(
                        status(Code.INVALID_ARGUMENT, "The message is cut off, or none that this method takes"));
            case StatusRuntimeException e -> e;
            case StatusException e -> e.getStatus().asRuntimeException(e.getTrailers());
            default -> StatusProto.toStatusRuntimeException(bug(thrown));
        };
    }

    /// Logs what can only be a bug of ours, and returns what a client gets to know of it.
    static Status bug(Throwable thrown) {
        LOG.log(Level.ERROR, "A call failed for a reason that nobody foresaw", thrown);
        return status(Code.INTERNAL, "Internal error; the server's log has the details");
    }

    static Status status(Code code, String message, Message... details) {
        return Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addAllDetails(Stream.of(details).map(Any::pack).toList())
                .build();
    }

    private static Status of(Failure failure, int maxViolations) {
        var message = maxViolations == MAX_VIOLATIONS_OF_CALL ? shortened(failure.message()) : failure.message();
        return switch (failure) {
            case Failure.Invalid _ -> status(Code.INVALID_ARGUMENT, message);
            case Failure.NotFound _ -> status(Code.NOT_FOUND, message);
            case Failure.MissingBlobs missing ->
                status(Code.FAILED_PRECONDITION, message, violations(missing, maxViolations));
            case Failure.Denied _ -> status(Code.PERMISSION_DENIED, message);
            case Failure.Overloaded overloaded -> status(Code.RESOURCE_EXHAUSTED, message, retryInfo(overloaded));
            case Failure.Unsupported _ -> status(Code.FAILED_PRECONDITION, message);
            case Failure.Unavailable _ -> status(Code.UNAVAILABLE, message);
        };
    }

    private static String shortened(String message) {
        var chars = 0;
        var bytes = 0;
        while (chars < message.length()) {
            var next = message.codePointAt(chars);
            bytes += next < 0x80 ? 1 : next < 0x800 ? 2 : next < 0x10000 ? 3 : 4;
            if (bytes > MAX_MESSAGE_BYTES_OF_CALL) {
                return message.substring(0, chars) + "…";
            }
            chars += Character.charCount(next);
        }
        return message;
    }

    private static PreconditionFailure violations(Failure.MissingBlobs missing, int max) {
        var details = PreconditionFailure.newBuilder();
        missing.digests().stream()
                .limit(max)
                .map(digest -> Violation.newBuilder().setType("MISSING").setSubject("blobs/" + digest))
                .forEach(details::addViolations);
        return details.build();
    }

    private static RetryInfo retryInfo(Failure.Overloaded overloaded) {
        var after = overloaded.retryAfter();
        return RetryInfo.newBuilder()
                .setRetryDelay(
                        Duration.newBuilder().setSeconds(after.getSeconds()).setNanos(after.getNano()))
                .build();
    }
}
