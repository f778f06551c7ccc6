// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.blob.LocalBlobs;
import build.steading.cli.door.Home;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.schedule.WorkerId;
import build.steading.server.farm.Farm;
import build.steading.worker.Worker;
import build.steading.worker.WorkerConfig;
import build.steading.worker.sandbox.Sandbox;
import build.steading.worker.sandbox.Sandboxes;
import build.steading.worker.terms.Terms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// The worker in the process of its server, with the server's own store.
///
/// Below the home: `work/`, which may be deleted while no process runs.
final class LocalWorker {
    private final Sandbox sandbox;

    private LocalWorker(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    static LocalWorker start(Home home, Farm farm, LocalBlobs blobs, Resources resources, InstantSource clock) {
        var directory = Place.in(home, "work");
        var sandbox = sandbox(home, directory);
        var limits = WorkerConfig.Limits.besideTheServer();
        var slots = Runtime.getRuntime().availableProcessors();
        var terms = Terms.UNLIMITED.withToolVersions();
        var config = new WorkerConfig(new WorkerId(hostName()), slots, directory, limits, terms, CompileDoor.in(home));
        resources.add(new Worker(farm, blobs, sandbox, config, clock)).start();
        return new LocalWorker(sandbox);
    }

    /// Returns what works here, unless the user wants it plain.
    static Sandbox sandbox(Home home, Path directory) {
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

    static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException _) {
            return "localhost";
        }
    }

    /// Returns why actions cannot have a file system of their own, if they cannot.
    Optional<String> lacksIsolation() {
        return sandbox instanceof Sandbox.Plain(var why) ? Optional.of(why) : Optional.empty();
    }

    /// Says which sandbox is in use, and if it is not bubblewrap, why.
    String describeSandbox() {
        return switch (sandbox) {
            case Sandbox.Bubblewrap _ -> "bubblewrap";
            case Sandbox.Plain(var why) -> "plain: " + why;
        };
    }
}
