// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Platform;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.execute.ActionExecutor;
import build.steading.execute.ExecutionObserver;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompilesOnlyTest {
    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final List<Digest> executed = new ArrayList<>();
    private final ActionExecutor executor = new CompilesOnly(
            (request, _) -> {
                executed.add(request.action());
                throw new IllegalStateException("the farm's turn");
            },
            blobs);

    private Digest action(String... properties) {
        var platform = Platform.newBuilder();
        for (var property : properties) {
            var parts = property.split("=", 2);
            platform.addPropertiesBuilder().setName(parts[0]).setValue(parts[1]);
        }
        var bytes = Action.newBuilder().setPlatform(platform).build().toByteArray();
        return Blobs.put(blobs, bytes);
    }

    private void execute(Digest action) {
        executor.execute(
                new ExecutionRequest(action, false, RequestFacts.of("p", "ann"), List.of()), ExecutionObserver.NONE);
    }

    @Test
    void actionsThatSeeTheirInputAloneAreExecuted() {
        var compile = action("steading.file-system=input", "steading.requires=os == \"linux\"");

        assertThatThrownBy(() -> execute(compile)).hasMessage("the farm's turn");
        assertThat(executed).containsExactly(compile);
    }

    @Test
    void whatSeesTheMachineOrTheNetworkIsNot() {
        for (var action : List.of(
                action(),
                action("steading.file-system=worker"),
                action("steading.file-system=input", "steading.file-system=worker"),
                action("steading.file-system=input", "steading.network=on"))) {
            assertThatThrownBy(() -> execute(action))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.Denied.class))
                    .hasMessageContaining("Only compiles are executed here");
        }
        assertThat(executed).isEmpty();
    }

    @Test
    void whatIsNoActionIsRefused() {
        var garbage = Blobs.put(blobs, new byte[] {(byte) 0xff, 1, 2});

        assertThatThrownBy(() -> execute(garbage)).hasMessage("Blob `%s` is not an action", garbage);
    }
}
