// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.action.ActionCache;
import build.steading.action.CompleteActionCache;
import build.steading.action.FileActionCache;
import build.steading.blob.BlobStore;
import build.steading.build.Builds;
import build.steading.build.FileDelivery;
import build.steading.build.Plans;
import build.steading.build.UploadedSources;
import build.steading.cli.door.Home;
import build.steading.lifecycle.Resources;
import build.steading.lifecycle.SteadyClock;
import build.steading.notify.Outbox;
import build.steading.schedule.Limits;
import build.steading.schedule.Scheduler;
import build.steading.scm.git.GitRepositories;
import build.steading.server.farm.Farm;
import build.steading.server.sql.SqliteBuildRecords;
import build.steading.server.sql.SqliteDatabase;
import build.steading.server.sql.SqliteOutbox;
import build.steading.server.sql.SqliteTaskHistory;
import build.steading.server.sql.SqliteWarmRecords;
import build.steading.server.tell.PostOffice;
import build.steading.server.tell.TellingConfig;
import build.steading.tree.Trees;
import java.time.InstantSource;

/// What every process that does builds by itself is made of: stores, farm, records and builds, wired together.
///
/// Below the home: `cas/` blobs, `ac/` results of actions, `records.db` builds and requests, `git/` what is known
/// of git objects, `live/` output of what runs now. All but `records.db` may be deleted while no process runs: it
/// costs time only. `server.yaml`, if it is there, says how people are told.
record Engine(
        BlobStore blobs,
        ActionCache cache,
        Farm farm,
        Trees trees,
        GitRepositories git,
        Plans plans,
        FileDelivery delivery,
        SqliteDatabase database,
        UploadedSources uploaded,
        Outbox outbox,
        Builds builds) {
    private static final int MAX_RESULTS = 500_000;
    private static final long TREES_REMEMBERED_BYTES = 6 << 20;
    private static final int WARM_RUNS_KEPT = 20;
    private static final int HISTORIES_REMEMBERED = 10_000;

    /// Opens everything; `resources` closes it.
    ///
    /// @param storage opened by the caller
    /// @param limits how many builds go on at the same time
    /// @throws build.steading.failure.SteadingException with `Unavailable` if a part cannot be opened
    static Engine open(Home home, Storage storage, Resources resources, Builds.Limits limits, InstantSource clock) {
        var blobs = storage.own();
        var results = resources.add(new FileActionCache(Place.in(home, "ac"), MAX_RESULTS, clock));
        var cache = new CompleteActionCache(results, blobs);
        var logs = Place.emptied(Place.in(home, "live"));
        var farm = farm(resources, new Farm.Stores(blobs, cache, storage.pins(), logs));
        var trees = new Trees(blobs, TREES_REMEMBERED_BYTES);
        var git = resources.add(new GitRepositories(blobs, Place.in(home, "git")));
        var plans = new Plans(blobs, trees);
        var delivery = new FileDelivery(blobs, trees);
        var database = resources.add(new SqliteDatabase(home.directory().resolve("records.db")));
        var records = new SqliteBuildRecords(database);
        var outbox = new SqliteOutbox(database);
        var letters = new PostOffice.Stores(records, outbox, blobs);
        var post = resources.add(PostOffice.open(TellingConfig.read(home.directory()), letters, clock));
        var uploaded = new UploadedSources(HISTORIES_REMEMBERED);
        var ports = new Builds.Ports(
                blobs,
                farm,
                new PlacedSources(new GitSources(git::open, trees), uploaded),
                new SqliteWarmRecords(database, clock, WARM_RUNS_KEPT),
                records,
                new SqliteTaskHistory(database),
                delivery,
                post.telling());
        var builds = resources.add(new Builds(ports, trees, plans, limits, clock));
        return new Engine(blobs, cache, farm, trees, git, plans, delivery, database, uploaded, outbox, builds);
    }

    private static Farm farm(Resources resources, Farm.Stores stores) {
        // Ids go on above those of any earlier process, whatever the clock did in between by less than its age.
        var scheduler = new Scheduler(Limits.STANDARD, InstantSource.system().millis() << 20);
        return resources.add(new Farm(stores, scheduler, Farm.RECONNECTION, new SteadyClock()));
    }

    /// Returns whether work goes on that no command waits for.
    boolean busy() {
        var now = farm.snapshot();
        return !builds.underWay().isEmpty() || now.queued() + now.running() > 0;
    }
}
