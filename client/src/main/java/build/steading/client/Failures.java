// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.PreconditionFailure.Violation;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Turns statuses of the Remote Execution API into failures.
final class Failures {
    /// What an overloaded server is given that does not say how long it needs.
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final String MISSING = "MISSING";
    private static final String BLOBS = "blobs/";

    private Failures() {}

    static SteadingException of(StatusException e) {
        return new SteadingException(distrust(e).or(() -> unreachable(e)).orElseGet(() -> of(status(e))), e);
    }

    /// Returns the failure if there is no connection: gRPC itself says no more than that there was an exception.
    private static Optional<Failure> unreachable(StatusException e) {
        if (e.getStatus().getCode() != io.grpc.Status.Code.UNAVAILABLE
                || !(e.getStatus().getCause() instanceof IOException first)) {
            return Optional.empty();
        }
        return Optional.of(new Failure.Unavailable("The server cannot be reached: " + first.getMessage()));
    }

    /// Returns whether a call cannot have reached the server: there was no connection to send it by.
    static boolean unheard(StatusException e) {
        var cause = e.getStatus().getCause();
        return e.getStatus().getCode() == io.grpc.Status.Code.UNAVAILABLE
                && (cause instanceof ConnectException
                        || cause instanceof NoRouteToHostException
                        || cause instanceof UnknownHostException);
    }

    /// Returns the failure if we do not trust the server, which its status does not tell.
    private static Optional<Failure> distrust(Throwable thrown) {
        for (var cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            // The outermost is ours, and says it best.
            if (cause instanceof CertificateException) {
                return Optional.of(new Failure.Denied(String.valueOf(cause.getMessage())));
            }
        }
        return Optional.empty();
    }

    /// Returns whether asking again might end better.
    static boolean retryable(StatusException e) {
        return distrust(e).isEmpty() && retryable(status(e));
    }

    static Failure of(Status status) {
        var message = status.getMessage().isEmpty() ? "The server says " + name(status) : status.getMessage();
        return switch (code(status)) {
            case NOT_FOUND -> new Failure.NotFound(message);
            case FAILED_PRECONDITION -> precondition(status, message);
            case PERMISSION_DENIED, UNAUTHENTICATED -> new Failure.Denied(message);
            case RESOURCE_EXHAUSTED ->
                new Failure.Overloaded(message, retryAfter(status).orElse(RETRY_AFTER));
            case INVALID_ARGUMENT, OUT_OF_RANGE, ALREADY_EXISTS, UNIMPLEMENTED -> new Failure.Invalid(message);
            case OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, UNAVAILABLE, DATA_LOSS, UNRECOGNIZED ->
                new Failure.Unavailable(message);
        };
    }

    /// Returns whether asking again might end better.
    static boolean retryable(Status status) {
        return switch (code(status)) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNKNOWN, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
    }

    /// Returns how long the server wants to be left alone, if it says.
    static Optional<Duration> retryAfter(Status status) {
        return detail(status, RetryInfo.class)
                .map(info -> Duration.ofSeconds(
                        info.getRetryDelay().getSeconds(), info.getRetryDelay().getNanos()));
    }

    static <T extends Message> Optional<T> detail(Status status, Class<T> type) {
        return status.getDetailsList().stream()
                .filter(detail -> detail.is(type))
                .findFirst()
                .flatMap(detail -> unpack(detail, type));
    }

    /// Returns what `any` holds; empty if it is something else, or garbage.
    static <T extends Message> Optional<T> unpack(Any any, Class<T> type) {
        try {
            return any.is(type) ? Optional.of(any.unpack(type)) : Optional.empty();
        } catch (InvalidProtocolBufferException _) {
            return Optional.empty();
        }
    }

    static Status status(StatusException e) {
        return Objects.requireNonNull(StatusProto.fromThrowable(e));
    }

    static Code code(Status status) {
        return Objects.requireNonNullElse(Code.forNumber(status.getCode()), Code.UNKNOWN);
    }

    /// Missing blobs can be uploaded only if nothing else is wrong.
    private static Failure precondition(Status status, String message) {
        var violations = detail(status, PreconditionFailure.class)
                .map(PreconditionFailure::getViolationsList)
                .orElse(List.of());
        Set<Digest> missing = new HashSet<>();
        for (var violation : violations) {
            var digest = missing(violation);
            if (digest.isEmpty()) {
                return new Failure.Invalid(message);
            }
            missing.add(digest.get());
        }
        return missing.isEmpty() ? new Failure.Invalid(message) : new Failure.MissingBlobs(missing);
    }

    private static Optional<Digest> missing(Violation violation) {
        var subject = violation.getSubject();
        if (!violation.getType().equals(MISSING) || !subject.startsWith(BLOBS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Digest.parse(subject.substring(BLOBS.length())));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String name(Status status) {
        return code(status).name();
    }
}
