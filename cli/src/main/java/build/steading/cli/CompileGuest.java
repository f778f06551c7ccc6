// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.blob.Durability;
import build.steading.blob.FileBlobStore;
import build.steading.blob.Pins;
import build.steading.cli.command.Commands;
import build.steading.cli.door.Backend;
import build.steading.cli.door.CommandRunner;
import build.steading.cli.door.Home;
import build.steading.client.Access;
import build.steading.client.RemoteCluster;
import build.steading.client.RetryPolicy;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import build.steading.worker.CompileService;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// The process in the sandbox of a task with `compile: distribute`: has compiled on the farm what the task's
/// command compiles, and ends with it. Its home has a link to the socket that leads out of the sandbox.
final class CompileGuest implements Backend {
    private static final Duration BLOB_GRACE = Duration.ofHours(2);
    private static final long PASSING_BYTES = 16 << 20;

    private final Resources resources = new Resources();
    private final CommandRunner commands;

    /// @throws SteadingException with `Unavailable` if a part cannot be opened; what was opened is closed again
    CompileGuest(Home home, String version) {
        try {
            var clock = InstantSource.system();
            var cluster =
                    resources.add(RemoteCluster.connect(farm(home), new Access.Anonymous(), "", RetryPolicy.STANDARD));
            var directory = Place.in(home, "cas");
            var config = new FileBlobStore.Config(directory, Place.share(directory), BLOB_GRACE, Durability.NONE);
            var local = resources.add(new FileBlobStore(config, new Pins(), clock));
            var compiles = Compilers.member(local, PASSING_BYTES, cluster, clock);
            this.commands = new Commands(compiles, version);
        } catch (RuntimeException e) {
            resources.close();
            throw e;
        }
    }

    private static Path link(Home home) {
        return home.directory().resolve(CompileService.SOCKET);
    }

    /// Returns whether a home is that of a guest.
    static boolean livesIn(Home home) {
        return Files.isSymbolicLink(link(home));
    }

    private static URI farm(Home home) {
        try {
            return new URI("unix", null, Files.readSymbolicLink(link(home)).toString(), null);
        } catch (IOException | URISyntaxException e) {
            throw SteadingException.unavailable("Link `%s` leads to no farm: %s".formatted(link(home), e), e);
        }
    }

    @Override
    public CommandRunner commands() {
        return commands;
    }

    @Override
    public boolean busy() {
        return false;
    }

    @Override
    public void close() {
        resources.close();
    }
}
