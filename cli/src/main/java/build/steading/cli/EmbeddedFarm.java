// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.build.Builds;
import build.steading.cli.command.Commands;
import build.steading.cli.command.ForeignCluster;
import build.steading.cli.command.Services;
import build.steading.cli.door.Backend;
import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.Home;
import build.steading.compile.service.Compiles;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import build.steading.lifecycle.Resources;
import build.steading.server.grpc.BuildEventService;
import build.steading.server.grpc.FetchService;
import build.steading.server.grpc.GrpcConfig;
import build.steading.server.grpc.GrpcServer;
import build.steading.server.grpc.PushService;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// One user's farm in one process: everything of an [Engine], and a worker.
final class EmbeddedFarm implements Backend {
    private static final System.Logger LOG = System.getLogger(EmbeddedFarm.class.getName());

    private final InstantSource clock = InstantSource.system();
    private final Resources resources = new Resources();
    private final Engine engine;
    private final CommandRunner commands;

    /// @throws SteadingException with `Unavailable` if a part cannot be opened; what was opened is closed again
    EmbeddedFarm(Home home, String version) {
        try {
            var cores = Runtime.getRuntime().availableProcessors();
            var files = Storage.files(home, resources, clock);
            var foreign = ForeignCluster.read(home.directory());
            var work = new Engine.Work(new Builds.Limits(16, 2 * cores, 10_000), foreign);
            this.engine = Engine.open(home, files.storage(), resources, work, clock);
            var worker = LocalWorker.start(home, engine.farm(), files.local(), resources, clock);
            var used = files.storage().usedBytes();
            var facts = new Facts(home, version, used, engine.farm(), clock.instant());
            this.commands = new Commands(new Services(
                    engine.allBuilds(),
                    engine.allBuilds(),
                    engine.plans(),
                    engine.trees(),
                    engine.allBlobs(),
                    engine.delivery(),
                    Optional.of(compiles(worker, foreign)),
                    engine.git()::open,
                    facts::all,
                    Optional.empty(),
                    Optional.of(FarmMember.credentials(home)),
                    Optional.of(home.directory()),
                    new Doctor(home, worker::describeSandbox)::checks,
                    version,
                    clock));
            serveRemoteExecution(home);
            engine.builds().recall().run();
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    private Compiles compiles(LocalWorker worker, Optional<ForeignCluster> foreign) {
        if (foreign.isPresent()) {
            return Compilers.abroad(
                    new Compilers.Stores(engine.allBlobs(), engine.trees()),
                    engine.executor(),
                    foreign.get().platform());
        }
        var stores = new Compilers.Stores(engine.blobs(), engine.trees());
        return Compilers.open(stores, engine.farm(), true, worker.lacksIsolation());
    }

    /// Lets this user's other clients of the Remote Execution API use the farm, as executor or as cache. No
    /// command waits for it to start.
    private void serveRemoteExecution(Home home) {
        var config = GrpcConfig.onSocket(home.run().resolve("reapi.sock"));
        var start = resources.add(new BackgroundJob("reapi-start", () -> {
            try {
                var foreign = List.of(
                        new FetchService(engine.assets()),
                        new PushService(engine.assets()),
                        new BuildEventService(engine.invocations()));
                resources.add(GrpcServer.start(
                        config,
                        new GrpcServer.Parts(
                                engine.blobs(), engine.cache(), engine.farm(), foreign, Optional.empty())));
                CompileDoor.open(home, resources, new CompileDoor.Farm(engine.blobs(), engine.cache(), engine.farm()));
            } catch (SteadingException e) {
                // A home with a long path has no room for a socket; everything else works all the same.
                LOG.log(
                        Level.WARNING,
                        "The Remote Execution API is not served: {0}",
                        e.failure().message());
            }
        }));
        start.request();
    }

    @Override
    public CommandRunner commands() {
        return commands;
    }

    @Override
    public boolean busy() {
        return engine.busy();
    }

    @Override
    public void close() {
        resources.close();
    }
}
