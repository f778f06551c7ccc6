// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.PlatformProperties;
import build.steading.platform.Requirement;
import build.steading.schedule.Job;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the farm must know of an action before it is queued.
///
/// @param job as the scheduler takes it
/// @param cacheable whether a success may be remembered
/// @param pin keeps the action itself, its command and its input root in the store until it is closed
record Admission(Job job, boolean cacheable, Digest inputRoot, Pins.Pin pin) {
    /// Reads the action that is asked for.
    ///
    /// @throws SteadingException with `MissingBlobs` if it, its command or its input root is not in the store,
    ///     `Invalid` if it is no action or requires what cannot be understood
    static Admission of(ExecutionRequest request, BlobStore blobs, Pins pins) {
        var action = read(request.action(), blobs);
        var requirement = action.getPlatform().getPropertiesList().stream()
                .filter(property -> property.getName().equals(PlatformProperties.REQUIRES))
                .map(property -> Requirement.parse(property.getValue()))
                .reduce(Requirement.ANY, Requirement::and);
        var function = request.action().function();
        var inputRoot = Digests.fromProto(action.getInputRootDigest(), function);
        var job = new Job(
                request.action().toString(),
                !action.getDoNotCache(),
                requirement,
                request.facts(),
                Set.of(inputRoot.hash()));
        var needed = Stream.of(request.action(), Digests.fromProto(action.getCommandDigest(), function), inputRoot)
                .collect(Collectors.toSet());
        return new Admission(job, !action.getDoNotCache(), inputRoot, pin(needed, blobs, pins));
    }

    private static Pins.Pin pin(Set<Digest> needed, BlobStore blobs, Pins pins) {
        var pin = pins.pin(needed);
        var missing = blobs.findMissing(needed);
        if (!missing.isEmpty()) {
            pin.close();
            throw new SteadingException(new Failure.MissingBlobs(missing));
        }
        return pin;
    }

    /// Returns an action that is in the store.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is not, `Invalid` if it is no action
    static Action read(Digest action, BlobStore blobs) {
        try {
            return Action.parseFrom(Blobs.read(blobs, action));
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is not an action", action);
        }
    }
}
