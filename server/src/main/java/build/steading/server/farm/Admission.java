// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Command;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.blob.Pins;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.ForeignPlatform;
import build.steading.platform.ForeignProperty;
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
/// @param platform what it asks for in words that are not ours; part of what the job requires
/// @param cacheable whether a success may be remembered
/// @param pin keeps the action itself, its command and its input root in the store until it is closed
record Admission(Job job, ForeignPlatform platform, boolean cacheable, Digest inputRoot, Pins.Pin pin) {
    private static final String ISOLATED = "sandbox == \"bubblewrap\"";

    /// What an action or a command may take up: it is had in memory whole. Command lines are limited to a few
    /// megabytes by the kernel.
    private static final long MAX_BYTES = 16 << 20;

    /// Reads the action that is asked for.
    ///
    /// @throws SteadingException with `MissingBlobs` if it, its command or its input root is not in the store,
    ///     `Invalid` if it is no action, or requires what cannot be understood, `Unsupported` if it requires what
    ///     no worker can have
    static Admission of(ExecutionRequest request, BlobStore blobs, Pins pins) {
        var action = read(request.action(), blobs);
        var function = request.action().function();
        var properties = platform(action, function, blobs).getPropertiesList();
        var platform = new ForeignPlatform(properties.stream()
                .filter(property -> ForeignProperty.isForeign(property.getName()))
                .map(property -> ForeignProperty.of(property.getName(), property.getValue()))
                .toList());
        var requirement =
                properties.stream().map(Admission::requirement).reduce(platform.requirement(), Requirement::and);
        var inputRoot = Digests.fromProto(action.getInputRootDigest(), function);
        var job = new Job(
                request.action().toString(),
                !action.getDoNotCache(),
                requirement,
                request.facts(),
                Set.of(inputRoot.hash()));
        var needed = Stream.of(request.action(), Digests.fromProto(action.getCommandDigest(), function), inputRoot)
                .collect(Collectors.toSet());
        return new Admission(job, platform, !action.getDoNotCache(), inputRoot, pin(needed, blobs, pins));
    }

    private static Requirement requirement(Platform.Property property) {
        var value = property.getValue();
        return switch (property.getName()) {
            case PlatformProperties.REQUIRES -> Requirement.parse(value);
            case PlatformProperties.FILE_SYSTEM ->
                value.equals("input") ? Requirement.parse(ISOLATED) : Requirement.ANY;
            default -> Requirement.ANY;
        };
    }

    /// Clients before version 2.2 say it in the command.
    private static Platform platform(Action action, HashFunction function, BlobStore blobs) {
        if (action.hasPlatform()) {
            return action.getPlatform();
        }
        try {
            var command = Digests.fromProto(action.getCommandDigest(), function);
            return Command.parseFrom(Blobs.read(blobs, command, MAX_BYTES)).getPlatform();
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid(
                    "Blob `%s` is not a command", action.getCommandDigest().getHash());
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                // It is named with everything else that is missing.
                return Platform.getDefaultInstance();
            }
            throw e;
        }
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
            return Action.parseFrom(Blobs.read(blobs, action, MAX_BYTES));
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is not an action", action);
        }
    }
}
