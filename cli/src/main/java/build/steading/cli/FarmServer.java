// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.auth.Authority;
import build.steading.auth.Identity;
import build.steading.auth.Member;
import build.steading.auth.MemberBook;
import build.steading.auth.MemberState;
import build.steading.auth.Recognition;
import build.steading.auth.Role;
import build.steading.auth.Terms;
import build.steading.auth.TokenBook;
import build.steading.blob.BlobStore;
import build.steading.build.Builds;
import build.steading.build.UploadDesk;
import build.steading.cli.command.Commands;
import build.steading.cli.command.Services;
import build.steading.cli.door.Backend;
import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.Home;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.lifecycle.BackgroundJob;
import build.steading.lifecycle.Resources;
import build.steading.schedule.WorkerId;
import build.steading.server.farm.MemberWork;
import build.steading.server.farm.Return;
import build.steading.server.grpc.BuildEventService;
import build.steading.server.grpc.BuildsService;
import build.steading.server.grpc.Callers;
import build.steading.server.grpc.FetchService;
import build.steading.server.grpc.Gate;
import build.steading.server.grpc.GrpcConfig;
import build.steading.server.grpc.GrpcServer;
import build.steading.server.grpc.Provisions;
import build.steading.server.grpc.PushService;
import build.steading.server.grpc.WorkerService;
import build.steading.server.sql.SqliteMembers;
import build.steading.server.sql.SqliteTokens;
import build.steading.server.web.StatusServer;
import build.steading.tree.WholeTrees;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The server of a farm of several machines: everything of an [Engine], and doors for workers and users
/// elsewhere.
///
/// Below the home: `authority/` the farm's own certificate authority.
final class FarmServer implements Backend {
    private static final int MAX_ACTIVE_BUILDS = 20_000;
    private static final int MAX_BUILDS = 100_000;
    private static final int MAX_TOKENS = 10_000;
    private static final int MAX_MEMBERS = 100_000;
    private static final Duration TREES_TRUSTED = Duration.ofMinutes(30);
    private static final int TREES_REMEMBERED = 50_000;

    /// A worker that was heard of so lately may hold leases of the process before this one.
    private static final Duration EXPECTED_WITHIN = Duration.ofMinutes(5);

    /// For so long, builds leave the processor to whoever serves workers that come back.
    private static final Duration RETURN = Duration.ofSeconds(1);

    private final InstantSource clock = InstantSource.system();
    private final Resources resources = new Resources();
    private final Engine engine;
    private final MemberBook members;
    private final TokenBook tokens;
    private final Authority authority;
    private final CommandRunner commands;
    private final int port;
    private final int statusPort;

    /// Where the server can be reached.
    ///
    /// @param listen for workers and users
    /// @param status for `GET /status`
    /// @param names the host names and addresses that others reach it by
    record Places(InetSocketAddress listen, InetSocketAddress status, Set<String> names) {
        Places {
            names = Set.copyOf(names);
        }
    }

    /// @param resultWriters the least role of clients that may write results of actions
    /// @throws build.steading.failure.SteadingException with `Unavailable` if a part cannot be opened; what was
    ///     opened is closed again
    FarmServer(Home home, Places places, Role resultWriters, String version) {
        try {
            var storage = Storage.durable(home, resources, clock);
            this.engine = Engine.open(home, storage, resources, new Engine.Work(limits(), Optional.empty()), clock);
            this.authority = Authority.open(directory(home), Terms.STANDARD, clock);
            this.tokens = new TokenBook(new SqliteTokens(engine.database()), clock, MAX_TOKENS);
            this.members = new MemberBook(new SqliteMembers(engine.database()), clock, MAX_MEMBERS);
            var gate = new Gate(authority, places.names(), members, tokens, clock);
            var workers = expectWorkers();
            var unfinished = engine.builds().recall();
            var facts = new Facts(home, version, storage.usedBytes(), engine.farm(), clock.instant());
            var status = new ServerFacts(facts, engine, members);
            var config = GrpcConfig.onSocket(home.run().resolve("reapi.sock"))
                    .withRemote(places.listen())
                    .withResultWriters(resultWriters);
            this.port = serve(config, storage.blobs(), gate, status);
            this.statusPort = serveStatus(places, gate, status);
            var itself = RemoteCluster.connect(
                    URI.create("unix:" + home.run().resolve("reapi.sock")), "", RetryPolicy.STANDARD);
            resources.add(itself);
            this.commands = new Commands(new Services(
                    engine.allBuilds(),
                    engine.allBuilds(),
                    engine.plans(),
                    engine.trees(),
                    engine.blobs(),
                    engine.delivery(),
                    Optional.empty(),
                    engine.git()::open,
                    status::all,
                    Optional.of(itself.administration()),
                    Optional.empty(),
                    Optional.empty(),
                    new Doctor(home, () -> "not used: a server runs nothing itself")::checks,
                    version,
                    clock));
            goOn(unfinished, workers);
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    /// Who goes first is for the scheduler to say, which knows the machines: builds that wait for one that is not
    /// there must not keep others from their turn.
    private static Builds.Limits limits() {
        var cores = Runtime.getRuntime().availableProcessors();
        return new Builds.Limits(MAX_ACTIVE_BUILDS, 2 * cores, MAX_BUILDS);
    }

    /// Returns where the authority of a server with this home is, if there is one.
    static Path directory(Home home) {
        return home.directory().resolve("authority");
    }

    /// Workers that were there a moment ago hold what the builds that go on will ask for.
    private Return expectWorkers() {
        var recently = clock.instant().minus(EXPECTED_WITHIN);
        return engine.farm()
                .restarted(members.all().stream()
                        .filter(member -> member.identity().role() == Role.WORKER)
                        .filter(member -> member.state() == MemberState.ACTIVE && wasSeenSince(member, recently))
                        .map(member -> new WorkerId(member.identity().name()))
                        .collect(Collectors.toSet()));
    }

    /// Workers first: they have been without a farm for a while, and builds would wait for them in any case.
    private void goOn(Runnable unfinished, Return workers) {
        var job = new BackgroundJob("recalled-builds", () -> {
            try {
                var _ = workers.await(RETURN);
                unfinished.run();
            } catch (InterruptedException _) {
                // The server ends already; the next one recalls them.
            }
        });
        resources.add(job).request();
    }

    private static boolean wasSeenSince(Member member, Instant time) {
        return member.seen().filter(seen -> seen.isAfter(time)).isPresent();
    }

    private int serve(GrpcConfig config, BlobStore clients, Gate gate, ServerFacts facts) {
        var work = new MemberWork(engine.farm(), members);
        members.add(work);
        var whole = new WholeTrees(clock, TREES_TRUSTED, TREES_REMEMBERED);
        var desk = new UploadDesk(engine.allBuilds(), engine.blobs(), engine.trees(), whole);
        var builds = resources.add(
                new BuildsService(desk, engine.allBuilds(), engine.uploaded(), engine.blobs(), facts::json));
        var workers = new WorkerService(
                work, engine.farm(), new Provisions(engine.blobs()), () -> Optional.of(Callers.current()));
        engine.farm().onRevoked((worker, lease) -> workers.tellGone(worker, Set.of(lease)));
        var services = List.of(
                builds,
                workers,
                new FetchService(engine.assets()),
                new PushService(engine.assets()),
                new BuildEventService(engine.invocations()));
        var parts = new GrpcServer.Parts(clients, engine.cache(), engine.farm(), services, Optional.of(gate));
        return resources.add(GrpcServer.start(config, parts)).remotePort().orElseThrow();
    }

    private int serveStatus(Places places, Gate gate, ServerFacts facts) {
        StatusServer.Doorkeeper doorkeeper =
                (certificate, authorization) -> switch (gate.recognise(certificate, authorization)) {
                    case Recognition.Unknown(var why) -> Optional.of(why);
                    case Recognition.Known(Identity caller) ->
                        caller.role().includes(Role.VIEWER)
                                ? Optional.empty()
                                : Optional.of("`%s` may not look at builds".formatted(caller.name()));
                };
        return resources
                .add(StatusServer.startTls(places.status(), gate.context(), doorkeeper, facts::json))
                .port();
    }

    int port() {
        return port;
    }

    int statusPort() {
        return statusPort;
    }

    Authority authority() {
        return authority;
    }

    TokenBook tokens() {
        return tokens;
    }

    boolean hasMembers() {
        return !members.all().isEmpty();
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
