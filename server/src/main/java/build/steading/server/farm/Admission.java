// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.SteadingException;
import build.steading.platform.PlatformProperties;
import build.steading.platform.Requirement;
import build.steading.schedule.Job;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Set;

/// What the farm must know of an action before it is queued.
///
/// @param job as the scheduler takes it
/// @param cacheable whether a success may be remembered
record Admission(Job job, boolean cacheable) {
    /// Reads the action that is asked for.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is not in the store, `Invalid` if it is no action or
    ///     requires what cannot be understood
    static Admission of(ExecutionRequest request, BlobStore blobs) {
        var action = read(request, blobs);
        var requirement = action.getPlatform().getPropertiesList().stream()
                .filter(property -> property.getName().equals(PlatformProperties.REQUIRES))
                .map(property -> Requirement.parse(property.getValue()))
                .reduce(Requirement.ANY, Requirement::and);
        var job = new Job(
                request.action().toString(),
                !action.getDoNotCache(),
                requirement,
                request.facts(),
                Set.of(action.getInputRootDigest().getHash()));
        return new Admission(job, !action.getDoNotCache());
    }

    private static Action read(ExecutionRequest request, BlobStore blobs) {
        try {
            return Action.parseFrom(Blobs.read(blobs, request.action()));
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is not an action", request.action());
        }
    }
}
