// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.action.ActionCache;
import build.steading.action.CompleteActionCache;
import build.steading.action.FileActionCache;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.Pins;
import build.steading.build.Builds;
import build.steading.build.FileDelivery;
import build.steading.build.Plans;
import build.steading.cli.command.Commands;
import build.steading.cli.command.Services;
import build.steading.cli.door.Backend;
import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.Home;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import build.steading.lifecycle.Resources;
import build.steading.lifecycle.SteadyClock;
import build.steading.schedule.Limits;
import build.steading.schedule.Scheduler;
import build.steading.schedule.WorkerId;
import build.steading.scm.git.GitRepositories;
import build.steading.server.farm.Farm;
import build.steading.server.grpc.GrpcConfig;
import build.steading.server.grpc.GrpcServer;
import build.steading.server.sql.SqliteBuildRecords;
import build.steading.server.sql.SqliteDatabase;
import build.steading.server.sql.SqliteWarmRecords;
import build.steading.tree.Trees;
import build.steading.worker.Worker;
import build.steading.worker.WorkerConfig;
import build.steading.worker.sandbox.Sandbox;
import build.steading.worker.sandbox.Sandboxes;
import build.steading.worker.terms.Terms;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// One user's farm in one process: server, worker and stores, wired together.
///
/// Below the home: `cas/` blobs, `ac/` results of actions, `records.db` builds and requests, `git/` what is known
/// of git objects, `work/` the worker's, `live/` output of what runs now. All but `records.db` may be deleted
/// while no process runs: it costs time only.
final class EmbeddedFarm implements Backend {
    private static final System.Logger LOG = System.getLogger(EmbeddedFarm.class.getName());
    private static final Duration BLOB_GRACE = Duration.ofHours(2);
    private static final long MIN_STORE_BYTES = 1L << 30;
    private static final long MAX_STORE_BYTES = 64L << 30;
    private static final int MAX_RESULTS = 500_000;
    private static final long TREES_REMEMBERED_BYTES = 6 << 20;
    private static final int WARM_RUNS_KEPT = 20;

    private final InstantSource clock = InstantSource.system();
    private final Resources resources = new Resources();
    private final Farm farm;
    private final Builds builds;
    private final CommandRunner commands;

    /// @throws SteadingException with `Unavailable` if a part cannot be opened; what was opened is closed again
    EmbeddedFarm(Home home, String version) {
        try {
            var blobs = blobs(home);
            var cache = cache(home, blobs);
            this.farm = farm(home, blobs, cache);
            var sandbox = startWorker(home, farm, blobs);
            var trees = new Trees(blobs, TREES_REMEMBERED_BYTES);
            var git = resources.add(new GitRepositories(blobs, directory(home, "git")));
            var plans = new Plans(blobs, trees);
            var delivery = new FileDelivery(blobs, trees);
            this.builds = builds(home, new Wiring(blobs, farm, trees, plans, git, delivery));
            var facts = new Facts(home, version, blobs, farm, clock.instant());
            this.commands = new Commands(new Services(
                    builds,
                    plans,
                    trees,
                    blobs,
                    delivery,
                    git::open,
                    facts::all,
                    new Doctor(home, sandbox)::checks,
                    version,
                    clock));
            serveRemoteExecution(home, blobs, cache);
            builds.resume();
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    private record Wiring(
            FileBlobStore blobs, Farm farm, Trees trees, Plans plans, GitRepositories git, FileDelivery delivery) {}

    private FileBlobStore blobs(Home home) {
        var directory = directory(home, "cas");
        var config = new FileBlobStore.Config(directory, storeBytes(directory), BLOB_GRACE, Durability.NONE);
        return resources.add(new FileBlobStore(config, new Pins(), clock));
    }

    /// A fifth of the disk, within bounds that make sense on a laptop.
    private static long storeBytes(Path directory) {
        try {
            var fifth = Files.getFileStore(directory).getTotalSpace() / 5;
            return Math.clamp(fifth, MIN_STORE_BYTES, MAX_STORE_BYTES);
        } catch (IOException e) {
            throw SteadingException.unavailable("Disk of `%s`: %s".formatted(directory, e), e);
        }
    }

    private ActionCache cache(Home home, FileBlobStore blobs) {
        var results = resources.add(new FileActionCache(directory(home, "ac"), MAX_RESULTS, clock));
        return new CompleteActionCache(results, blobs);
    }

    private Farm farm(Home home, FileBlobStore blobs, ActionCache cache) {
        // Ids go on above those of any earlier process, whatever the clock did in between by less than its age.
        var scheduler = new Scheduler(Limits.STANDARD, clock.millis() << 20);
        var logs = emptied(directory(home, "live"));
        return resources.add(new Farm(blobs, cache, scheduler, logs, new SteadyClock()));
    }

    /// @return says which sandbox is in use, and if it is not bubblewrap, why
    private Supplier<String> startWorker(Home home, Farm farm, FileBlobStore blobs) {
        var directory = directory(home, "work");
        var sandbox = sandbox(home, directory);
        var limits = WorkerConfig.Limits.besideTheServer();
        var slots = Runtime.getRuntime().availableProcessors();
        var terms = Terms.UNLIMITED.withToolVersions();
        var config = new WorkerConfig(new WorkerId(hostName()), slots, directory, limits, terms);
        var worker = resources.add(new Worker(farm, blobs, sandbox, config, clock));
        worker.start();
        return () -> switch (sandbox) {
            case Sandbox.Bubblewrap _ -> "bubblewrap";
            case Sandbox.Plain(var why) -> "plain: " + why;
        };
    }

    /// What works here, unless the user wants it plain.
    private static Sandbox sandbox(Home home, Path directory) {
        var wanted = System.getenv().getOrDefault("STEADING_SANDBOX", "");
        return switch (wanted) {
            case "plain" -> new Sandbox.Plain("`STEADING_SANDBOX` says so");
            case "" -> {
                var hidden = List.of(home.directory(), Path.of(System.getProperty("user.home")), Path.of("/root"));
                yield Sandboxes.detect(directory, hidden);
            }
            default ->
                throw SteadingException.invalid(
                        "`STEADING_SANDBOX` is `%s`; allowed is `plain`, or nothing for the best that works", wanted);
        };
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    private Builds builds(Home home, Wiring wiring) {
        var database = resources.add(new SqliteDatabase(home.directory().resolve("records.db")));
        var ports = new Builds.Ports(
                wiring.blobs(),
                wiring.farm(),
                new GitSources(wiring.git()::open, wiring.trees()),
                new SqliteWarmRecords(database, clock, WARM_RUNS_KEPT),
                new SqliteBuildRecords(database),
                wiring.delivery());
        var cores = Runtime.getRuntime().availableProcessors();
        return resources.add(
                new Builds(ports, wiring.trees(), wiring.plans(), new Builds.Limits(16, 2 * cores, 10_000), clock));
    }

    /// Lets this user's other clients of the Remote Execution API use the farm. Only workers write results. No
    /// command waits for it to start.
    private void serveRemoteExecution(Home home, FileBlobStore blobs, ActionCache cache) {
        var config = GrpcConfig.onSocket(home.run().resolve("reapi.sock"));
        var start = resources.add(new BackgroundJob("reapi-start", () -> {
            try {
                resources.add(GrpcServer.start(config, blobs, cache, farm));
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

    private static Path directory(Home home, String name) {
        try {
            return Files.createDirectories(home.directory().resolve(name));
        } catch (IOException e) {
            throw SteadingException.unavailable(
                    "Directory `%s`: %s".formatted(home.directory().resolve(name), e), e);
        }
    }

    private static Path emptied(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
            return directory;
        } catch (IOException e) {
            throw SteadingException.unavailable("Directory `%s`: %s".formatted(directory, e), e);
        }
    }

    @Override
    public CommandRunner commands() {
        return commands;
    }

    @Override
    public boolean busy() {
        var farmNow = farm.snapshot();
        return !builds.underWay().isEmpty() || farmNow.queued() + farmNow.running() > 0;
    }

    @Override
    public void close() {
        resources.close();
    }
}
