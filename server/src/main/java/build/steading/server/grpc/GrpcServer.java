// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Serves the Remote Execution API on a unix domain socket, a loopback port, or both.
///
/// Each event of a call runs on a virtual thread, one at a time for each call, so services may block. One event
/// loop thread moves the bytes of all connections.
public final class GrpcServer implements AutoCloseable {
    private static final int EVENT_LOOPS = 1;

    /// Clients may ping an idle connection this often.
    private static final int MIN_PING_SECONDS = 10;

    /// How long a connection may be silent before we ask whether the other end is still there: together with the
    /// time to answer, no longer than a lease lasts.
    private static final int PING_SECONDS = 10;

    private static final int PING_ANSWER_SECONDS = 5;

    /// How long calls may go on after [#close]; those that stream have no end of their own.
    private static final int DRAIN_SECONDS = 1;

    private final Resources resources = new Resources();
    private final GrpcConfig config;
    private final Services services;
    private OptionalInt port = OptionalInt.empty();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final EventLoopGroup eventLoops = Listener.newEventLoops(EVENT_LOOPS);

    private GrpcServer(GrpcConfig config, BlobStore blobs, ActionCache results, ActionExecutor executor) {
        this.config = config;
        var clock = InstantSource.system();
        var operations =
                resources.add(new OperationBook(executor, config.limits().operations(), clock));
        this.services = new Services(config, blobs, results, operations, clock);
        resources.add(this::endThreads);
    }

    /// Starts to listen as `config` says.
    ///
    /// @throws SteadingException with `Invalid` or `Unavailable` if it cannot listen there
    public static GrpcServer start(GrpcConfig config, BlobStore blobs, ActionCache results, ActionExecutor executor) {
        var server = new GrpcServer(config, blobs, results, executor);
        try {
            server.listen();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /// Returns the loopback port, if the server listens on one.
    public OptionalInt port() {
        return port;
    }

    /// Stops listening, lets calls finish for a moment, and ends the rest. Actions go on.
    @Override
    public void close() {
        resources.close();
    }

    private void listen() {
        if (config.socket().isPresent()) {
            listen(Listener.onSocket(config.socket().get(), eventLoops));
        }
        if (config.loopbackPort().isPresent()) {
            var listener = Listener.onLoopback(config.loopbackPort().getAsInt(), eventLoops);
            port = OptionalInt.of(listen(listener).getPort());
        }
    }

    private Server listen(NettyServerBuilder listener) {
        var server = services.addTo(listener)
                .executor(threads)
                .maxConcurrentCallsPerConnection(config.limits().maxCallsPerConnection())
                .permitKeepAliveTime(MIN_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(PING_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(PING_ANSWER_SECONDS, TimeUnit.SECONDS)
                .build();
        resources.add(() -> stop(server));
        try {
            return server.start();
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot listen: " + e.getMessage(), e);
        }
    }

    private static void stop(Server server) throws InterruptedException {
        server.shutdown();
        if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
            server.shutdownNow();
            server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void endThreads() {
        eventLoops
                .shutdownGracefully(0, DRAIN_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(DRAIN_SECONDS, TimeUnit.SECONDS);
        threads.shutdownNow();
        threads.close();
    }
}
