// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.execute.Execution;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.PlatformProperties;
import java.util.stream.Collectors;

/// Executes only such actions as compiles are: with their whole file system in the input tree, and without the
/// network. Whoever may use no more than this can have nothing run that his own sandbox would not let him.
public final class CompilesOnly implements ActionExecutor {
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
        var properties = Admission.read(request.action(), blobs).getPlatform().getPropertiesList().stream()
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
}
