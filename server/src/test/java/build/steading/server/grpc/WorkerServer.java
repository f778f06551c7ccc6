// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.blob.BlobStore;
import build.steading.blob.MemoryBlobStore;
import build.steading.lifecycle.Resources;
import io.grpc.Server;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A farm's service for workers on a port of the loopback interface.
final class WorkerServer implements AutoCloseable {
    private final Resources resources = new Resources();
    private final BlobStore blobs = new MemoryBlobStore();
    private final WorkerService service;
    private final int port;

    /// @param port 0 for any free one
    WorkerServer(int port, ScriptedFarm farm) throws IOException {
        var eventLoops = Listener.newEventLoops(1);
        resources.add(() -> end(eventLoops));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        this.service = new WorkerService(farm, farm, new Provisions(blobs), Optional::empty);
        var server = Listener.onLoopback(port, eventLoops)
                .addService(service)
                .intercept(new FailureInterceptor())
                .executor(threads)
                .build()
                .start();
        resources.add(() -> stop(server));
        this.port = server.getPort();
    }

    private static void stop(Server server) throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    private static void end(EventLoopGroup eventLoops) {
        var ended = eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        ended.awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    int port() {
        return port;
    }

    /// Returns where actions are that leases are on.
    BlobStore blobs() {
        return blobs;
    }

    WorkerService service() {
        return service;
    }

    /// Cuts all connections.
    @Override
    public void close() {
        resources.close();
    }
}
