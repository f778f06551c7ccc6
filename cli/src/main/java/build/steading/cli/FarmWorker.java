// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.auth.Credentials;
import build.steading.auth.Identity;
import build.steading.auth.JoinToken;
import build.steading.auth.Role;
import build.steading.blob.BroughtBlobs;
import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.Pins;
import build.steading.blob.ReadThroughBlobStore;
import build.steading.cli.command.Addresses;
import build.steading.cli.command.Json;
import build.steading.cli.command.WorkerCommand;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.ForegroundProcess;
import build.steading.cli.door.Home;
import build.steading.client.Access;
import build.steading.client.Enrolment;
import build.steading.client.RemoteCluster;
import build.steading.client.Renewal;
import build.steading.client.RetryPolicy;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.schedule.WorkerId;
import build.steading.server.web.StatusServer;
import build.steading.tree.Trees;
import build.steading.worker.Worker;
import build.steading.worker.WorkerConfig;
import build.steading.worker.terms.WorkerSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/// A machine that is lent to a farm: joins it, and runs what it is given.
///
/// Below its directory: `farm/` who it is there, `cas/` blobs, `work/` what runs, `status.json` where it says
/// what it does.
final class FarmWorker {
    /// Of memory for what comes with leases.
    private static final long BROUGHT_BYTES = 8 << 20;

    private static final Duration BLOB_GRACE = Duration.ofHours(2);
    private static final int TOKEN_BYTES = 16;
    private static final long TREES_REMEMBERED_BYTES = 2 << 20;

    private final InstantSource clock = InstantSource.system();
    private final Home home;
    private final WorkerCommand command;
    private final PrintStream out;
    private final WorkerSettings settings;

    /// @throws SteadingException with `Invalid` if the settings make no sense
    FarmWorker(Home home, WorkerCommand command, PrintStream out) {
        this.home = new Home(command.directory().orElse(home.directory().resolve("worker")));
        this.command = command;
        this.out = out;
        this.settings = WorkerSettings.parse(command.settings(), command.config());
    }

    /// Works until the process is to end.
    ///
    /// @throws SteadingException if it cannot join or begin
    int run() throws InterruptedException {
        ForegroundProcess.run(home, this::start);
        return ExitCode.OK;
    }

    private void start(Resources resources) {
        var credentials = new Credentials(Place.in(home, "farm"));
        join(credentials);
        var identity = credentials.identity();
        var enrolment = new Enrolment(RetryPolicy.STANDARD);
        var cluster = resources.add(
                RemoteCluster.connect(credentials.server(), new Access.Member(credentials), "", RetryPolicy.STANDARD));
        resources.add(Renewal.start(credentials, enrolment, clock, () -> {}));
        var store = store(resources);
        var work = Place.in(home, "work");
        var slots = settings.slots().orElse(Runtime.getRuntime().availableProcessors());
        var config = new WorkerConfig(
                new WorkerId(identity.name()),
                slots,
                work,
                WorkerConfig.Limits.ordinary(),
                settings.terms(),
                CompileDoor.in(home));
        var brought = new BroughtBlobs(store, BROUGHT_BYTES);
        var source = cluster.work(brought.incoming());
        var sandbox = LocalWorker.sandbox(home, work);
        var worker = resources.add(new Worker(source, cluster.cachedIn(brought), sandbox, config, clock));
        source.onNews(worker::checkLeases);
        worker.start();
        serveStatus(resources, worker, store);
        serveCompilers(resources, cluster, store);
        out.println("Worker `%s` works for `%s`, %d slots".formatted(identity.name(), credentials.server(), slots));
        out.flush();
    }

    /// Lets the compilers of the commands that run here use the whole farm.
    private void serveCompilers(Resources resources, RemoteCluster cluster, FileBlobStore store) {
        var blobs = new ReadThroughBlobStore(store, cluster.blobs());
        var executor = cluster.executor(store, new Trees(blobs, TREES_REMEMBERED_BYTES), clock);
        CompileDoor.open(home, resources, new CompileDoor.Farm(blobs, cluster.results(), executor));
    }

    private void join(Credentials credentials) {
        if (credentials.joined()) {
            var asked = command.join().map(Addresses::server);
            if (asked.isPresent() && !asked.get().equals(credentials.server())) {
                throw SteadingException.invalid(
                        "This worker has joined `%s`; to join `%s`, give it another `--directory`",
                        credentials.server(), asked.get());
            }
            if (command.token().isEmpty()) {
                return;
            }
            // It may be the token of long ago, which stands in the line that starts the worker, or the cure.
            var refusal = new Enrolment(RetryPolicy.ONCE).refusal(credentials);
            if (refusal.isEmpty()) {
                return;
            }
            out.println("Not let in, so joining again: " + refusal.get());
            join(credentials, credentials.server(), credentials.identity().name());
            return;
        }
        if (command.join().isEmpty() || command.token().isEmpty()) {
            throw SteadingException.invalid(
                    "This worker has not joined a farm: `steading worker --join HOST --token TOKEN`; an admin of the"
                            + " farm makes tokens with `steading token create worker`");
        }
        join(credentials, Addresses.server(command.join().get()), name());
    }

    private void join(Credentials credentials, URI server, String name) {
        var token = JoinToken.parse(command.token().orElseThrow());
        var identity = new Enrolment(RetryPolicy.STANDARD).join(server, token, name, credentials);
        if (identity.role() != Role.WORKER) {
            credentials.forget();
            throw SteadingException.invalid(
                    "The token is for %s; a worker needs one of `steading token create worker`", identity.described());
        }
        out.println("Joined `%s` as worker `%s`".formatted(credentials.server(), identity.name()));
    }

    private String name() {
        return settings.name().orElseGet(() -> {
            var host = LocalWorker.hostName();
            return Identity.isName(host) ? host : "worker";
        });
    }

    private FileBlobStore store(Resources resources) {
        var directory = Place.in(home, "cas");
        var config = new FileBlobStore.Config(directory, Place.share(directory), BLOB_GRACE, Durability.NONE);
        return resources.add(new FileBlobStore(config, new Pins(), clock));
    }

    /// Whoever may read the directory may look.
    private void serveStatus(Resources resources, Worker worker, FileBlobStore store) {
        var secret = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(secret);
        var token = HexFormat.of().formatHex(secret);
        var server = resources.add(
                StatusServer.startLocal(command.statusPort(), token, () -> Json.text(facts(worker, store))));
        var place = new LinkedHashMap<String, Object>();
        place.put("url", "http://127.0.0.1:%d/status".formatted(server.port()));
        place.put("token", token);
        write(home.directory().resolve("status.json"), Json.text(place));
    }

    private static Map<String, Object> facts(Worker worker, FileBlobStore store) {
        var facts = new HashMap<>(worker.facts());
        facts.put("pid", ProcessHandle.current().pid());
        facts.put("memory", Facts.residentBytes());
        facts.put("store", store.usedBytes());
        return facts;
    }

    private static void write(Path file, String text) {
        try {
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text + "\n");
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot write `%s`: %s".formatted(file, e), e);
        }
    }
}
