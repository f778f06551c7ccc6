// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.action.ActionCache;
import build.steading.action.ActionCacheContract;
import build.steading.action.MemoryActionCache;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The client's action cache over the server's service over memory.
class RemoteActionCacheTest extends ActionCacheContract {
    private static final Digest ACTION = Digest.of(new byte[] {1});

    private final Resources resources = new Resources();

    @AfterEach
    void close() {
        resources.close();
    }

    @Override
    protected ActionCache newCache() {
        return remote(true);
    }

    @Test
    void refusedResultIsDenied() {
        assertThatThrownBy(() -> remote(false).put(ACTION, result("out")))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Denied.class));
    }

    private ActionCache remote(boolean clientsUpdate) {
        var server = resources.add(new InProcessServer(
                GrpcTest.config(InstanceNames.ANY, clientsUpdate),
                new MemoryBlobStore(),
                new MemoryActionCache(1_000),
                new FakeExecutor()));
        return resources
                .add(RemoteCluster.over(server.channel(), "", RetryPolicy.STANDARD))
                .results();
    }
}
