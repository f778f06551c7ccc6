// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.LocalBlobs;
import build.steading.execute.ActionExecutor;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.tree.Trees;
import io.grpc.ManagedChannel;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;

/// A server of the Remote Execution API, by core's ports. Thread-safe.
///
/// Nothing is sent before a port is used. [#close] cuts all calls short; what this server was asked to execute is
/// left to it.
public final class RemoteCluster implements AutoCloseable {
    private final Resources resources = new Resources();
    private final Connection connection;
    private final RemoteBlobStore blobs;
    private final RemoteActionCache results;
    private final RemoteExecutor executor;
    private final Administration administration;

    private RemoteCluster(Connection connection, AutoCloseable transport) {
        this.connection = connection;
        resources.add(transport);
        resources.add(() -> Channels.stop(connection.channel()));
        this.blobs = new RemoteBlobStore(connection);
        this.results = new RemoteActionCache(connection);
        this.administration = new Administration(connection);
        this.executor = resources.add(new RemoteExecutor(connection, blobs, Optional.empty()));
    }

    /// @param address `grpc://HOST:PORT`, `grpcs://HOST:PORT` (TLS) or `unix:PATH`
    /// @param instance the instance name that the server expects; may be empty
    /// @throws SteadingException with `Invalid` if the address is malformed
    public static RemoteCluster connect(URI address, String instance, RetryPolicy policy) {
        return connect(address, new Access.Anonymous(), instance, policy);
    }

    /// @param address `grpcs://HOST:PORT` if `access` is to be shown
    /// @param instance the instance name that the server expects; may be empty
    /// @throws SteadingException with `Invalid` if the address is malformed
    public static RemoteCluster connect(URI address, Access access, String instance, RetryPolicy policy) {
        var eventLoop = Channels.newEventLoop();
        AutoCloseable transport = () -> Channels.end(eventLoop);
        try {
            var channel = Channels.open(address, access, eventLoop);
            return new RemoteCluster(new Connection(channel, instance, policy), transport);
        } catch (RuntimeException e) {
            Channels.end(eventLoop);
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

    /// Returns who executes actions that the server has with all that they refer to.
    public ActionExecutor executor() {
        return executor;
    }

    /// Returns who executes actions that are in a store of this machine: the server is first brought what it
    /// lacks of them.
    ///
    /// @param trees those of `local`
    public ActionExecutor executor(BlobStore local, Trees trees, InstantSource clock) {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var supply = new Supply(local, new TreeUpload(local, trees, blobs, threads, clock));
        return resources.add(new RemoteExecutor(connection, blobs, Optional.of(supply)));
    }

    /// Returns what admins of a Steading farm may do; other servers do not know it.
    public Administration administration() {
        return administration;
    }

    /// Returns a store for a worker of this cluster: the blobs that it needs are brought into `local` once, and
    /// what it makes is stored there first.
    public LocalBlobs cachedIn(LocalBlobs local) {
        return new CachingBlobs(local, blobs);
    }

    /// Returns where a worker gets its work, if this is a Steading server. It is closed with this, unless it was
    /// before.
    public RemoteWorkSource work() {
        return resources.add(new RemoteWorkSource(connection, Optional.empty()));
    }

    /// Returns the same, for a worker that has a store of its own.
    ///
    /// @param kept where to put blobs that come with the work, to spare the worker the asking
    public RemoteWorkSource work(BlobStore kept) {
        return resources.add(new RemoteWorkSource(connection, Optional.of(kept)));
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
}
