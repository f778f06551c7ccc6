// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.MemoryActionCache;
import build.steading.auth.Identity;
import build.steading.blob.BlobStore;
import build.steading.build.Builds;
import build.steading.build.UploadDesk;
import build.steading.build.UploadedSources;
import build.steading.lifecycle.Resources;
import build.steading.tree.Trees;
import build.steading.tree.WholeTrees;
import io.grpc.ServerInterceptor;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;

/// A server of builds that can be stopped, and started anew under the same name.
final class BuildsServer implements AutoCloseable {
    private final Resources resources = new Resources();

    /// @param caller who makes all calls, as far as the server can tell
    /// @param foreign what makes this server behave as a bad network does
    BuildsServer(String name, Builds builds, BlobStore blobs, Identity caller, ServerInterceptor foreign) {
        var clock = InstantSource.system();
        var config = GrpcTest.config(InstanceNames.ANY, false);
        var operations = resources.add(
                new OperationBook(new FakeExecutor(), config.limits().operations(), clock));
        var trees = new Trees(blobs, 1 << 20);
        var whole = new WholeTrees(clock, Duration.ofMinutes(10), 1_000);
        var service = resources.add(new BuildsService(
                new UploadDesk(builds, blobs, trees, whole), builds, new UploadedSources(10), blobs, () -> "{}"));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var server = new Services(config, blobs, new MemoryActionCache(10), operations, clock)
                .and(List.of(service))
                .addTo(InProcessServerBuilder.forName(name), Authenticator.always(caller))
                .intercept(foreign)
                .executor(threads)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        resources.add(server::awaitTermination);
        resources.add(server::shutdownNow);
    }

    @Override
    public void close() {
        resources.close();
    }
}
