// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.asset.v1.Qualifier;
import build.steading.failure.SteadingException;
import build.steading.server.asset.AssetRequest.Kind;
import build.steading.server.asset.Fetched;
import build.steading.server.asset.Qualifiers;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.protobuf.StatusProto;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Makes domain values of the messages of the Remote Asset API, and messages of what comes of them.
final class AssetProtos {
    private static final int MAX_ADDRESSES = 100;
    private static final java.time.Duration LONGEST_WAIT = java.time.Duration.ofHours(1);

    /// How much sooner than the client we stop to wait, so that the answer still reaches it.
    private static final long ANSWER_MILLIS = 200;

    private AssetProtos() {}

    static List<String> uris(List<String> uris) {
        if (uris.isEmpty() || uris.size() > MAX_ADDRESSES) {
            throw SteadingException.invalid("%d addresses are named; allowed are 1 to %d", uris.size(), MAX_ADDRESSES);
        }
        return uris;
    }

    /// @throws io.grpc.StatusRuntimeException naming the qualifiers that mean nothing here
    static Qualifiers qualifiers(Kind kind, List<Qualifier> messages) {
        var unknown = messages.stream()
                .map(Qualifier::getName)
                .filter(name -> !Qualifiers.isKnown(kind, name))
                .toList();
        if (!unknown.isEmpty()) {
            throw unsupported(unknown);
        }
        return pushed(messages);
    }

    /// Whoever pushes knows what the qualifiers mean.
    static Qualifiers pushed(List<Qualifier> messages) {
        var all = new HashMap<String, String>();
        for (var qualifier : messages) {
            if (all.put(qualifier.getName(), qualifier.getValue()) != null) {
                throw SteadingException.invalid("Qualifier `%s` is there twice", qualifier.getName());
            }
        }
        return new Qualifiers(all);
    }

    private static RuntimeException unsupported(List<String> names) {
        var details = BadRequest.newBuilder();
        names.forEach(name -> details.addFieldViolations(FieldViolation.newBuilder()
                .setField("qualifiers.name")
                .setDescription("\"%s\" not supported".formatted(name))));
        return StatusProto.toStatusRuntimeException(Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage("Qualifier `%s` is not supported".formatted(names.getFirst()))
                .addDetails(Any.pack(details.build()))
                .build());
    }

    static Optional<Instant> time(boolean present, Timestamp time) {
        return present ? Optional.of(Instant.ofEpochSecond(time.getSeconds(), time.getNanos())) : Optional.empty();
    }

    static Timestamp time(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    /// Returns how long to wait at the most: no longer than the client asks, or waits itself.
    static java.time.Duration patience(boolean present, Duration timeout) {
        var asked = present ? java.time.Duration.ofSeconds(timeout.getSeconds(), timeout.getNanos()) : LONGEST_WAIT;
        if (asked.isNegative()) {
            throw SteadingException.invalid("Timeout `%s` is negative", asked);
        }
        var deadline = Context.current().getDeadline();
        var left = deadline == null
                ? LONGEST_WAIT
                : java.time.Duration.ofMillis(
                        Math.max(0, deadline.timeRemaining(TimeUnit.MILLISECONDS) - ANSWER_MILLIS));
        return asked.compareTo(left) < 0 ? asked : left;
    }

    static Status status(Fetched fetched) {
        return switch (fetched) {
            case Fetched.Found _ -> GrpcStatus.OK;
            case Fetched.Failed(var _, var why, var message) -> GrpcStatus.status(code(why), message);
        };
    }

    private static Code code(Fetched.Why why) {
        return switch (why) {
            case NOT_FOUND -> Code.NOT_FOUND;
            case DENIED -> Code.PERMISSION_DENIED;
            case ABORTED -> Code.ABORTED;
            case TIMED_OUT -> Code.DEADLINE_EXCEEDED;
            case TOO_LARGE -> Code.RESOURCE_EXHAUSTED;
        };
    }
}
