// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.api.v1.WorkFailure;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.stream.Collectors;

/// Converts failures, kinds included.
final class Failures {
    private Failures() {}

    static WorkFailure toProto(Failure failure) {
        var message = WorkFailure.newBuilder();
        switch (failure) {
            case Failure.Invalid(var text) -> message.setInvalid(text);
            case Failure.NotFound(var text) -> message.setNotFound(text);
            case Failure.MissingBlobs(var digests) ->
                message.setMissingBlobs(WorkFailure.MissingBlobs.newBuilder()
                        .addAllDigests(digests.stream().map(Digests::toProto).toList()));
            case Failure.Denied(var text) -> message.setDenied(text);
            case Failure.Overloaded(var text, var retryAfter) ->
                message.setOverloaded(
                        WorkFailure.Overloaded.newBuilder().setMessage(text).setRetryAfter(Times.toProto(retryAfter)));
            case Failure.Unavailable(var text) -> message.setUnavailable(text);
        }
        return message.build();
    }

    static Failure fromProto(WorkFailure message) {
        return switch (message.getKindCase()) {
            case INVALID -> new Failure.Invalid(message.getInvalid());
            case NOT_FOUND -> new Failure.NotFound(message.getNotFound());
            case MISSING_BLOBS -> missing(message.getMissingBlobs());
            case DENIED -> new Failure.Denied(message.getDenied());
            case OVERLOADED ->
                new Failure.Overloaded(
                        message.getOverloaded().getMessage(),
                        Times.fromProto(message.getOverloaded().getRetryAfter()));
            case UNAVAILABLE -> new Failure.Unavailable(message.getUnavailable());
            case KIND_NOT_SET -> throw SteadingException.invalid("A failure without a kind");
        };
    }

    private static Failure missing(WorkFailure.MissingBlobs message) {
        if (message.getDigestsCount() == 0) {
            throw SteadingException.invalid("Blobs are said to be missing, but none is named");
        }
        return new Failure.MissingBlobs(
                message.getDigestsList().stream().map(Digests::fromProto).collect(Collectors.toSet()));
    }
}
