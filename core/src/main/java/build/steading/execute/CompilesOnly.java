// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.PlatformProperties;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.stream.Collectors;

/// Executes only such actions as compiles are: with their whole file system in the input tree, and without the
/// network. Whoever may use no more than this can have nothing run that his own sandbox would not let him.
public final class CompilesOnly implements ActionExecutor {
    private static final int MAX_BYTES = 1 << 20;

    private final ActionExecutor farm;
    private final BlobStore blobs;

    /// @param blobs where actions are found
    public CompilesOnly(ActionExecutor farm, BlobStore blobs) {
        this.farm = farm;
        this.blobs = blobs;
    }

    /// @throws SteadingException with `MissingBlobs` if the action is not in the store, `Denied` if it asks for
    ///     more
    @Override
    public Execution execute(ExecutionRequest request, ExecutionObserver observer) {
        var properties = read(request.action()).getPlatform().getPropertiesList().stream()
                .collect(Collectors.toMap(
                        property -> property.getName(), property -> property.getValue(), (_, last) -> last));
        if (!properties.getOrDefault(PlatformProperties.FILE_SYSTEM, "").equals("input")
                || properties.getOrDefault(PlatformProperties.NETWORK, "off").equals("on")) {
            throw new SteadingException(new Failure.Denied(
                    "Only compiles are executed here: actions with `%s` as `input` and without the network"
                            .formatted(PlatformProperties.FILE_SYSTEM)));
        }
        return farm.execute(request, observer);
    }

    private Action read(Digest digest) {
        try {
            return Action.parseFrom(Blobs.read(blobs, digest, MAX_BYTES));
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is no `Action`", digest);
        }
    }
}
