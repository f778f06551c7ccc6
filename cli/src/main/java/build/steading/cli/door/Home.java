// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/// Where one user's Steading keeps everything: `$STEADING_HOME`.
///
/// @param directory absolute
public record Home(Path directory) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    public Home {
        directory = directory.toAbsolutePath().normalize();
    }

    /// Returns the home that `environment` names: `STEADING_HOME`, else `steading` below `XDG_STATE_HOME` or
    /// `~/.local/state`. The launchers find it by the same rule.
    public static Home of(Map<String, String> environment, Path cwd) {
        var named = environment.getOrDefault("STEADING_HOME", "");
        if (!named.isEmpty()) {
            return new Home(cwd.resolve(named));
        }
        var state = environment.getOrDefault("XDG_STATE_HOME", "");
        if (!state.isEmpty()) {
            return new Home(cwd.resolve(state).resolve("steading"));
        }
        var user = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
        return new Home(user.resolve(".local/state/steading"));
    }

    /// Creates the directories, readable by their owner alone.
    ///
    /// @throws SteadingException with `Unavailable` if that is not possible
    public void create() {
        try {
            for (var wanted : new Path[] {directory, run(), log()}) {
                Files.createDirectories(wanted, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            }
            Files.setPosixFilePermissions(run(), OWNER_ONLY);
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot create `%s`: %s".formatted(directory, e), e);
        }
    }

    /// Holds what only a running process needs.
    public Path run() {
        return directory.resolve("run");
    }

    public Path log() {
        return directory.resolve("log");
    }

    public Path logFile() {
        return log().resolve("steading.log");
    }

    Path socket() {
        return run().resolve("door.sock");
    }

    /// Locked by the one process that lives.
    Path lock() {
        return run().resolve("lock");
    }

    /// Locked by the one process that lasts.
    Path lastingLock() {
        return run().resolve("lasting.lock");
    }

    /// Locked by the launcher that starts the process, so that others wait for it instead of starting one more.
    Path startingLock() {
        return run().resolve("starting.lock");
    }

    Path processFile() {
        return run().resolve("process.json");
    }

    /// What the virtual machine itself prints, above all when it cannot start.
    Path consoleFile() {
        return log().resolve("process.out");
    }
}
