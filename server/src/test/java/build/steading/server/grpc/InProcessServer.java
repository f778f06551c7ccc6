// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.lifecycle.Resources;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.concurrent.Executors;

/// All services of a server behind an in-process channel, with virtual threads as in production.
public final class InProcessServer implements AutoCloseable {
    private final Resources resources = new Resources();
    private final OperationBook operations;
    private final ManagedChannel channel;

    public InProcessServer(GrpcConfig config, BlobStore blobs, ActionCache results, ActionExecutor executor) {
        this(config, blobs, results, executor, InstantSource.system());
    }

    InProcessServer(
            GrpcConfig config, BlobStore blobs, ActionCache results, ActionExecutor executor, InstantSource clock) {
        operations = resources.add(new OperationBook(executor, config.limits().operations(), clock));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var name = InProcessServerBuilder.generateName();
        var server = new Services(config, blobs, results, operations, clock)
                .addTo(InProcessServerBuilder.forName(name))
                .executor(threads)
                .build();
        start(server);
        resources.add(server::shutdownNow);
        channel = InProcessChannelBuilder.forName(name).executor(threads).build();
        resources.add(channel::shutdownNow);
    }

    public ManagedChannel channel() {
        return channel;
    }

    OperationBook operations() {
        return operations;
    }

    @Override
    public void close() {
        resources.close();
    }

    private static void start(Server server) {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
