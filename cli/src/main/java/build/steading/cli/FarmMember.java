// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.auth.Credentials;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.Pins;
import build.steading.blob.ReadThroughBlobStore;
import build.steading.build.FileDelivery;
import build.steading.build.Plans;
import build.steading.cli.command.Commands;
import build.steading.cli.command.Json;
import build.steading.cli.command.Services;
import build.steading.cli.door.Backend;
import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.Home;
import build.steading.client.Access;
import build.steading.client.Enrolment;
import build.steading.client.RemoteBuilds;
import build.steading.client.RemoteCluster;
import build.steading.client.Renewal;
import build.steading.client.RetryPolicy;
import build.steading.lifecycle.Resources;
import build.steading.scm.git.GitRepositories;
import build.steading.tree.Trees;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The process of a user who has joined a farm: reads his repositories, uploads what the farm lacks, and puts
/// artifacts where he wants them. Builds run on the farm.
///
/// Below the home: `farm/` who we are there, `cas/` blobs, `git/` what is known of git objects, `parcels/` what
/// is to be delivered.
final class FarmMember implements Backend {
    private static final Duration BLOB_GRACE = Duration.ofHours(2);
    private static final long TREES_REMEMBERED_BYTES = 6 << 20;
    private static final long PASSING_BYTES = 32 << 20;

    private final InstantSource clock = InstantSource.system();
    private final Resources resources = new Resources();
    private final Credentials credentials;
    private final RemoteBuilds builds;
    private final CommandRunner commands;

    /// @throws build.steading.failure.SteadingException with `Unavailable` if a part cannot be opened; what was
    ///     opened is closed again
    FarmMember(Home home, String version) {
        try {
            this.credentials = credentials(home);
            var cluster = resources.add(RemoteCluster.connect(
                    credentials.server(), new Access.Member(credentials), "", RetryPolicy.STANDARD));
            resources.add(Renewal.start(credentials, new Enrolment(RetryPolicy.STANDARD), clock, () -> {}));
            var local = local(home);
            var blobs = new ReadThroughBlobStore(local, cluster.blobs());
            var trees = new Trees(blobs, TREES_REMEMBERED_BYTES);
            var git = resources.add(new GitRepositories(local, Place.in(home, "git")));
            var delivery = new FileDelivery(blobs, trees, credentials.server().getAuthority());
            this.builds = cluster.builds(new RemoteBuilds.Site(
                    blobs,
                    trees,
                    new GitSources(git::open, trees),
                    delivery,
                    Place.in(home, "parcels"),
                    FarmMember::everywhere,
                    clock));
            builds.resume();
            this.commands = new Commands(new Services(
                    builds,
                    builds,
                    new Plans(blobs, trees),
                    trees,
                    blobs,
                    delivery,
                    Optional.of(Compilers.member(local, PASSING_BYTES, cluster, clock)),
                    git::open,
                    () -> facts(home, version, local),
                    Optional.of(cluster.administration()),
                    Optional.of(credentials),
                    Optional.of(home.directory()),
                    new Doctor(home, () -> "not used: builds run on the farm")::checks,
                    version,
                    clock));
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    /// Returns who the owner of a home is in the farm that he has joined, if he has.
    static Credentials credentials(Home home) {
        return new Credentials(home.directory().resolve("farm"));
    }

    private FileBlobStore local(Home home) {
        var directory = Place.in(home, "cas");
        var config = new FileBlobStore.Config(directory, Place.share(directory), BLOB_GRACE, Durability.NONE);
        return resources.add(new FileBlobStore(config, new Pins(), clock));
    }

    /// Returns a name for a repository of this machine that means the same on the farm.
    private static String everywhere(String repository) {
        return repository.startsWith("/") ? LocalWorker.hostName() + ":" + Path.of(repository) : repository;
    }

    private Map<String, Object> facts(Home home, String version, FileBlobStore local) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("version", version);
        facts.put("pid", ProcessHandle.current().pid());
        facts.put("home", home.directory().toString());
        facts.put("farm", credentials.server().toString());
        facts.put("member", credentials.identity().described());
        facts.put("memory", Facts.residentBytes());
        facts.put("store", local.usedBytes());
        facts.putAll(Json.read(builds.status()));
        return facts;
    }

    @Override
    public CommandRunner commands() {
        return commands;
    }

    /// Builds go on without this process, but what is to be delivered waits for it.
    @Override
    public boolean busy() {
        return builds.owesDeliveries();
    }

    @Override
    public void close() {
        resources.close();
    }
}
