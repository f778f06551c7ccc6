// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Serves the Remote Execution API on a unix domain socket, a loopback port, an address of the network by TLS, or
/// all of these.
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

    private static final int HANDSHAKE_SECONDS = 20;

    /// How long calls may go on after [#close]; those that stream have no end of their own.
    private static final int DRAIN_SECONDS = 1;

    private final Resources resources = new Resources();
    private final GrpcConfig config;
    private final Services services;
    private final Optional<Gate> gate;
    private OptionalInt port = OptionalInt.empty();
    private OptionalInt remotePort = OptionalInt.empty();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final EventLoopGroup eventLoops = Listener.newEventLoops(EVENT_LOOPS);

    private GrpcServer(GrpcConfig config, Parts parts) {
        this.config = config;
        this.gate = parts.gate();
        var clock = InstantSource.system();
        var operations = resources.add(
                new OperationBook(parts.executor(), config.limits().operations(), clock));
        var common = new Services(config, parts.blobs(), parts.results(), operations, clock).and(parts.more());
        this.services = gate.map(open -> common.and(List.of(new EnrolmentService(open))))
                .orElse(common);
        resources.add(this::endThreads);
    }

    /// Starts to listen as `config` says.
    ///
    /// @throws SteadingException with `Invalid` or `Unavailable` if it cannot listen there
    public static GrpcServer start(GrpcConfig config, BlobStore blobs, ActionCache results, ActionExecutor executor) {
        return start(config, new Parts(blobs, results, executor, List.of(), Optional.empty()));
    }

    /// What is served.
    ///
    /// @param more services beside the Remote Execution API, closed by the caller, after the server
    /// @param gate who may come in by the network; there has to be one if the server listens there
    public record Parts(
            BlobStore blobs,
            ActionCache results,
            ActionExecutor executor,
            List<BindableService> more,
            Optional<Gate> gate) {
        public Parts {
            more = List.copyOf(more);
        }
    }

    /// Starts to listen as `config` says.
    ///
    /// @throws SteadingException with `Invalid` or `Unavailable` if it cannot listen there
    public static GrpcServer start(GrpcConfig config, Parts parts) {
        var server = new GrpcServer(config, parts);
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

    /// Returns the port for TLS, if the server listens on one.
    public OptionalInt remotePort() {
        return remotePort;
    }

    /// Stops listening, lets calls finish for a moment, and ends the rest. Actions go on.
    @Override
    public void close() {
        resources.close();
    }

    private void listen() {
        if (config.socket().isPresent()) {
            var listener = Listener.onSocket(config.socket().get(), eventLoops);
            listen(listener, Authenticator.always(Callers.LOCAL));
        }
        if (config.loopbackPort().isPresent()) {
            var listener = Listener.onLoopback(config.loopbackPort().getAsInt(), eventLoops);
            port = OptionalInt.of(
                    listen(listener, Authenticator.always(Callers.SAME_MACHINE)).getPort());
        }
        if (config.remote().isPresent()) {
            remotePort = OptionalInt.of(listenRemotely(
                            config.remote().get(), gate.orElseThrow(() -> new IllegalArgumentException("No gate")))
                    .getPort());
        }
    }

    private Server listenRemotely(InetSocketAddress address, Gate open) {
        var listener = Listener.onAddress(address, eventLoops)
                .sslContext(open.tls())
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .maxConnectionAge(open.maxConnectionAge().toMillis(), TimeUnit.MILLISECONDS);
        return listen(listener, open.authenticator());
    }

    private Server listen(NettyServerBuilder listener, Authenticator authenticator) {
        var server = services.addTo(listener, authenticator)
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
