// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.cli.door.Home;
import build.steading.execute.ActionExecutor;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.server.farm.CompilesOnly;
import build.steading.server.grpc.GrpcConfig;
import build.steading.server.grpc.GrpcServer;
import build.steading.worker.CompileService;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The way from the sandbox of a command to the farm, for the compilers that the command calls: the Remote
/// Execution API on a socket of its own, which takes nothing but compiles.
final class CompileDoor {
    private static final System.Logger LOG = System.getLogger(CompileDoor.class.getName());

    private CompileDoor() {}

    /// What is behind the door.
    record Farm(BlobStore blobs, ActionCache results, ActionExecutor executor) {}

    /// Returns how commands find it; empty if this process does not know the distribution that it belongs to.
    static Optional<CompileService> in(Home home) {
        return Optional.ofNullable(System.getProperty("steading.dist"))
                .map(dist -> new CompileService(Path.of(dist), Path.of(System.getProperty("java.home")), socket(home)));
    }

    private static Path socket(Home home) {
        return home.run().resolve("compile.sock");
    }

    /// Opens it, until `resources` are closed. Without it, compilers run beside their commands.
    static void open(Home home, Resources resources, Farm farm) {
        try {
            resources.add(GrpcServer.start(
                    GrpcConfig.onSocket(socket(home)),
                    new GrpcServer.Parts(
                            farm.blobs(),
                            farm.results(),
                            new CompilesOnly(farm.executor(), farm.blobs()),
                            List.of(),
                            Optional.empty())));
        } catch (SteadingException e) {
            LOG.log(
                    Level.WARNING,
                    "Compilers in tasks do not use the farm: {0}",
                    e.failure().message());
        }
    }
}
