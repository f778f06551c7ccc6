// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.execute.ActionExecutor;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/// A server of the Remote Execution API, by core's ports. Thread-safe.
///
/// Nothing is sent before a port is used. [#close] cuts all calls short; what this server was asked to execute is
/// left to it.
public final class RemoteCluster implements AutoCloseable {
    private static final int CLOSE_SECONDS = 2;

    private final Resources resources = new Resources();
    private final Connection connection;
    private final RemoteBlobStore blobs;
    private final RemoteActionCache results;
    private final RemoteExecutor executor;

    private RemoteCluster(Connection connection, AutoCloseable transport) {
        resources.add(transport);
        resources.add(() -> stop(connection.channel()));
        this.connection = connection;
        this.blobs = new RemoteBlobStore(connection);
        this.results = new RemoteActionCache(connection);
        this.executor = resources.add(new RemoteExecutor(connection, blobs));
    }

    /// @param address `grpc://HOST:PORT`, `grpcs://HOST:PORT` (TLS) or `unix:PATH`
    /// @param instance the instance name that the server expects; may be empty
    /// @throws SteadingException with `Invalid` if the address is malformed
    public static RemoteCluster connect(URI address, String instance, RetryPolicy policy) {
        var eventLoop = Channels.newEventLoop();
        AutoCloseable transport = () -> end(eventLoop);
        try {
            return new RemoteCluster(new Connection(Channels.open(address, eventLoop), instance, policy), transport);
        } catch (RuntimeException e) {
            end(eventLoop);
            throw e;
        }
    }

    /// Uses a channel that is open already, and shuts it down in the end.
    public static RemoteCluster over(ManagedChannel channel, String instance, RetryPolicy policy) {
        return new RemoteCluster(new Connection(channel, instance, policy), () -> {});
    }

    public BlobStore blobs() {
        return blobs;
    }

    public ActionCache results() {
        return results;
    }

    public ActionExecutor executor() {
        return executor;
    }

    /// Returns the builds of this server, which must be one of Steading's own.
    ///
    /// @param site what is on this machine
    /// @throws SteadingException with `Unavailable` if what is to be delivered cannot be read
    public RemoteBuilds builds(RemoteBuilds.Site site) {
        return resources.add(new RemoteBuilds(connection, blobs, site));
    }

    @Override
    public void close() {
        resources.close();
    }

    private static void stop(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static void end(EventLoopGroup eventLoop) {
        eventLoop
                .shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
