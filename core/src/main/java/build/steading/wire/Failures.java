// SPDX-License-Identifier: Apache-2.0
package build.steading.wire;

import build.steading.api.v1.WorkFailure;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.HashSet;
import java.util.Set;

/// Converts failures, kinds included.
final class Failures {
    private Failures() {}

    static WorkFailure toProto(Failure failure) {
        var message = WorkFailure.newBuilder();
        switch (failure) {
            case Failure.Invalid(var text) -> message.setInvalid(text);
            case Failure.NotFound(var text) -> message.setNotFound(text);
            case Failure.MissingBlobs(var digests) -> message.setMissingBlobs(missing(digests));
            case Failure.Denied(var text) -> message.setDenied(text);
            case Failure.Overloaded(var text, var retryAfter) ->
                message.setOverloaded(
                        WorkFailure.Overloaded.newBuilder().setMessage(text).setRetryAfter(Times.toProto(retryAfter)));
            case Failure.Unsupported(var text) -> message.setUnsupported(text);
            case Failure.Unavailable(var text, var _) -> message.setUnavailable(text);
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
            case UNSUPPORTED -> new Failure.Unsupported(message.getUnsupported());
            case UNAVAILABLE -> new Failure.Unavailable(message.getUnavailable());
            case KIND_NOT_SET -> throw SteadingException.invalid("A failure without a kind");
        };
    }

    private static WorkFailure.MissingBlobs missing(Set<Digest> digests) {
        var message = WorkFailure.MissingBlobs.newBuilder();
        for (var digest : digests) {
            var named = Digests.toProto(digest);
            switch (digest.function()) {
                case SHA256 -> message.addDigests(named);
                case BLAKE3 -> message.addBlake3(named);
            }
        }
        return message.build();
    }

    private static Failure missing(WorkFailure.MissingBlobs message) {
        var digests = new HashSet<Digest>();
        message.getDigestsList().forEach(each -> digests.add(Digests.fromProto(each, HashFunction.SHA256)));
        message.getBlake3List().forEach(each -> digests.add(Digests.fromProto(each, HashFunction.BLAKE3)));
        if (digests.isEmpty()) {
            throw SteadingException.invalid("Blobs are said to be missing, but none is named");
        }
        return new Failure.MissingBlobs(digests);
    }
}
