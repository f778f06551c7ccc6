// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.auth.Role;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// Where the server listens, and for whom.
///
/// @param socket a unix domain socket to listen on. Whoever may enter its directory may do everything, so the
///     caller makes that directory accessible to its owner only
/// @param loopbackPort a port of the loopback interface to listen on, 0 for any free one. Every user of this
///     machine may have things built there
/// @param remote an address to listen on by TLS, port 0 for any free one. A [Gate] tells who may come in there
/// @param resultWriters the least role of clients that may write action results: whoever may can poison the
///     cache. `WORKER` lets no client do so
public record GrpcConfig(
        Optional<Path> socket,
        OptionalInt loopbackPort,
        Optional<InetSocketAddress> remote,
        InstanceNames instances,
        Role resultWriters,
        GrpcLimits limits) {
    public GrpcConfig {
        if (socket.isEmpty() && loopbackPort.isEmpty() && remote.isEmpty()) {
            throw new IllegalArgumentException("A server without a socket, a port and an address cannot be reached");
        }
    }

    /// Returns the configuration of a server that only listens on `socket`, and else as usual.
    public static GrpcConfig onSocket(Path socket) {
        return new GrpcConfig(
                Optional.of(socket),
                OptionalInt.empty(),
                Optional.empty(),
                InstanceNames.ANY,
                Role.ADMIN,
                GrpcLimits.STANDARD);
    }

    /// Returns the configuration of a server that also listens on `address`, by TLS.
    public GrpcConfig withRemote(InetSocketAddress address) {
        return new GrpcConfig(socket, loopbackPort, Optional.of(address), instances, resultWriters, limits);
    }

    /// Returns this configuration with other clients that may write action results.
    public GrpcConfig withResultWriters(Role least) {
        return new GrpcConfig(socket, loopbackPort, remote, instances, least, limits);
    }
}
