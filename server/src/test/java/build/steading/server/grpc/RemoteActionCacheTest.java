// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.action.ActionCache;
import build.steading.blob.MemoryBlobStore;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The client's action cache over the server's service over memory.
class RemoteActionCacheTest {
    private static final Digest ACTION = Digest.of(new byte[] {1});

    private final Resources resources = new Resources();

    @AfterEach
    void close() {
        resources.close();
    }

    @Test
    void lastResultCounts() {
        var results = remote(true);

        assertThat(results.find(ACTION)).isEmpty();
        results.put(ACTION, result("first"));
        results.put(ACTION, result("second"));
        assertThat(results.find(ACTION)).contains(result("second"));
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
                new MemoryActionCache(),
                new FakeExecutor()));
        return resources
                .add(RemoteCluster.over(server.channel(), "", RetryPolicy.STANDARD))
                .results();
    }

    private static ActionResult result(String stdout) {
        return ActionResult.newBuilder()
                .setStdoutRaw(ByteString.copyFromUtf8(stdout))
                .build();
    }
}
