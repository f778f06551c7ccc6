// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.lifecycle.Resources;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
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

    /// @param foreign what makes this server behave as others do
    InProcessServer(
            GrpcConfig config,
            BlobStore blobs,
            ActionCache results,
            ActionExecutor executor,
            ServerInterceptor foreign) {
        this(config, blobs, results, executor, InstantSource.system(), foreign);
    }

    InProcessServer(
            GrpcConfig config, BlobStore blobs, ActionCache results, ActionExecutor executor, InstantSource clock) {
        this(config, blobs, results, executor, clock, InProcessServer::asItIs);
    }

    private InProcessServer(
            GrpcConfig config,
            BlobStore blobs,
            ActionCache results,
            ActionExecutor executor,
            InstantSource clock,
            ServerInterceptor foreign) {
        operations = resources.add(new OperationBook(executor, config.limits().operations(), clock));
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var name = InProcessServerBuilder.generateName();
        var server = new Services(config, blobs, results, operations, clock)
                .addTo(InProcessServerBuilder.forName(name), Authenticator.always(Callers.LOCAL))
                .intercept(foreign)
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

    private static <Q, R> ServerCall.Listener<Q> asItIs(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return next.startCall(call, headers);
    }

    private static void start(Server server) {
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
