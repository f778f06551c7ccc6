// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.action.ActionCache;
import build.steading.action.CompleteActionCache;
import build.steading.action.FileActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.ReadThroughBlobStore;
import build.steading.build.Builds;
import build.steading.build.FileDelivery;
import build.steading.build.Plans;
import build.steading.build.Platforms;
import build.steading.build.UploadedSources;
import build.steading.cli.command.ForeignCluster;
import build.steading.cli.door.Home;
import build.steading.client.Access;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.execute.ActionExecutor;
import build.steading.lifecycle.Resources;
import build.steading.lifecycle.SteadyClock;
import build.steading.notify.Outbox;
import build.steading.schedule.Limits;
import build.steading.schedule.Scheduler;
import build.steading.scm.git.GitMirrors;
import build.steading.scm.git.GitRepositories;
import build.steading.server.asset.Assets;
import build.steading.server.bazel.AllBuilds;
import build.steading.server.bazel.InvocationBook;
import build.steading.server.config.ServerConfig;
import build.steading.server.farm.Farm;
import build.steading.server.sql.SqliteAssets;
import build.steading.server.sql.SqliteBuildRecords;
import build.steading.server.sql.SqliteDatabase;
import build.steading.server.sql.SqliteOutbox;
import build.steading.server.sql.SqliteTaskHistory;
import build.steading.server.sql.SqliteWarmRecords;
import build.steading.server.tell.PostOffice;
import build.steading.tree.Trees;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/// What every process that does builds by itself is made of: stores, farm, records and builds, wired together.
///
/// Below the home: `cas/` blobs, `ac/` results of actions, `records.db` builds and requests, `git/` what is known
/// of git objects, `mirrors/` git repositories that were fetched, `live/` output of what runs now. All but
/// `records.db` may be deleted while no process runs: it costs time only. `server.yaml`, if it is there, says how
/// people are told.
///
/// @param blobs what is here
/// @param executor who runs actions: `farm`, unless a foreign cluster does
/// @param allBlobs also what is where actions run, if that is not here
/// @param builds those that this farm does
record Engine(
        BlobStore blobs,
        BlobStore allBlobs,
        ActionCache cache,
        Farm farm,
        ActionExecutor executor,
        Trees trees,
        GitRepositories git,
        Plans plans,
        FileDelivery delivery,
        SqliteDatabase database,
        UploadedSources uploaded,
        Outbox outbox,
        Assets assets,
        InvocationBook invocations,
        Builds builds) {
    private static final int MAX_RESULTS = 500_000;
    private static final long TREES_REMEMBERED_BYTES = 6 << 20;
    private static final int WARM_RUNS_KEPT = 20;

    /// How many processors a worker of others may be expected to have.
    private static final int FOREIGN_SLOTS = 2;

    private static final int HISTORIES_REMEMBERED = 10_000;
    private static final InvocationBook.Limits INVOCATIONS = new InvocationBook.Limits(200, Duration.ofMinutes(5));
    private static final int MAX_ASSETS = 100_000;
    private static final Duration GIT_SILENCE = Duration.ofMinutes(1);

    /// How builds go on.
    ///
    /// @param limits how many at the same time
    /// @param foreign who runs their actions; empty for the farm itself
    record Work(Builds.Limits limits, Optional<ForeignCluster> foreign) {}

    /// Opens everything; `resources` closes it.
    ///
    /// @param storage opened by the caller
    /// @throws build.steading.failure.SteadingException with `Unavailable` if a part cannot be opened
    static Engine open(Home home, Storage storage, Resources resources, Work work, InstantSource clock) {
        var blobs = storage.own();
        var results = resources.add(new FileActionCache(Place.in(home, "ac"), MAX_RESULTS, clock));
        var cache = new CompleteActionCache(results, blobs);
        var logs = Place.emptied(Place.in(home, "live"));
        var farm = farm(resources, new Farm.Stores(blobs, cache, storage.pins(), logs));
        var cluster = work.foreign().map(server -> resources.add(connect(server)));
        var all = cluster.<BlobStore>map(far -> new ReadThroughBlobStore(blobs, far.blobs()))
                .orElse(blobs);
        var trees = new Trees(all, TREES_REMEMBERED_BYTES);
        var git = resources.add(new GitRepositories(blobs, Place.in(home, "git")));
        var plans = new Plans(all, trees);
        var delivery = new FileDelivery(all, trees);
        var database = resources.add(new SqliteDatabase(home.directory().resolve("records.db")));
        var records = new SqliteBuildRecords(database);
        var outbox = new SqliteOutbox(database);
        var letters = new PostOffice.Stores(records, outbox, all);
        var config = ServerConfig.read(home.directory());
        var post = resources.add(PostOffice.open(config.telling(), letters, clock));
        var uploaded = new UploadedSources(HISTORIES_REMEMBERED);
        var executor = cluster.map(far -> far.executor(all, trees, clock)).orElse(farm);
        var ports = new Builds.Ports(
                all,
                executor,
                platforms(work),
                new PlacedSources(new GitSources(git::open, trees), uploaded),
                new SqliteWarmRecords(database, clock, WARM_RUNS_KEPT),
                records,
                new SqliteTaskHistory(database),
                delivery,
                post.telling());
        var builds = resources.add(new Builds(ports, trees, plans, work.limits(), clock));
        var assets = resources.add(new Assets(config.assets(), assets(home, blobs, git, database, clock)));
        return new Engine(
                blobs,
                all,
                cache,
                farm,
                executor,
                trees,
                git,
                plans,
                delivery,
                database,
                uploaded,
                outbox,
                assets,
                resources.add(new InvocationBook(records, clock, INVOCATIONS)),
                builds);
    }

    private static Platforms platforms(Work work) {
        return work.foreign()
                .map(server -> Platforms.foreign(server.platform(), FOREIGN_SLOTS))
                .orElse(Platforms.OURS);
    }

    private static RemoteCluster connect(ForeignCluster server) {
        var access = server.headers().isEmpty() ? new Access.Anonymous() : new Access.Headers(server.headers());
        return RemoteCluster.connect(server.address(), access, server.instance(), RetryPolicy.STANDARD);
    }

    private static Assets.Parts assets(
            Home home, BlobStore blobs, GitRepositories git, SqliteDatabase database, InstantSource clock) {
        var mirrors = new GitMirrors(git, home.directory().resolve("mirrors"), GIT_SILENCE);
        var spool = Place.emptied(Place.in(home, "fetching"));
        return new Assets.Parts(blobs, new SqliteAssets(database, MAX_ASSETS), mirrors::tree, spool, clock);
    }

    private static Farm farm(Resources resources, Farm.Stores stores) {
        // Ids go on above those of any earlier process, whatever the clock did in between by less than its age.
        var scheduler = new Scheduler(Limits.STANDARD, InstantSource.system().millis() << 20);
        return resources.add(new Farm(stores, scheduler, Farm.RECONNECTION, new SteadyClock()));
    }

    /// Returns the builds that this farm does, and those that it is told of.
    AllBuilds allBuilds() {
        return new AllBuilds(builds, builds, invocations);
    }

    /// Returns whether work goes on that no command waits for.
    boolean busy() {
        var now = farm.snapshot();
        return !allBuilds().underWay().isEmpty() || now.queued() + now.running() > 0;
    }
}
