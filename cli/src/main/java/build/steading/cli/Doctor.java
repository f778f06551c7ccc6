// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.cli.command.Services.Check;
import build.steading.cli.door.Home;
import build.steading.failure.ByteSize;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Finds out what this machine has and lacks for Steading. Thread-safe.
final class Doctor {
    private static final long LITTLE_DISK = 2L << 30;

    private final Home home;
    private final Supplier<String> sandbox;

    /// @param sandbox says which sandbox is in use, and if it is not bubblewrap, why
    Doctor(Home home, Supplier<String> sandbox) {
        this.home = home;
        this.sandbox = sandbox;
    }

    List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(new Check(
                "JDK",
                true,
                true,
                "Java %s in `%s`".formatted(Runtime.version(), System.getProperty("java.home")),
                ""));
        checks.add(program("git", true, "git", "install the package `git`"));
        checks.add(program(
                "C compiler",
                true,
                "cc",
                "install the package `gcc`; the launcher and the parent of actions are C programs"));
        checks.add(program("Maven", false, "mvn", "install the package `maven`; it builds Steading from source"));
        checks.add(confinement());
        checks.add(disk());
        checks.add(new Check(
                "state",
                Files.isWritable(home.directory()),
                true,
                home.directory().toString(),
                "make it writable, or let `STEADING_HOME` name another directory"));
        return checks;
    }

    private static Check program(String name, boolean vital, String command, String cure) {
        var found = find(command);
        return new Check(
                name,
                found.isPresent(),
                vital,
                found.map(Path::toString).orElse("there is no `%s` on the PATH".formatted(command)),
                cure);
    }

    private static Optional<Path> find(String command) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
        for (var directory : path.split(File.pathSeparator, -1)) {
            var candidate = Path.of(directory.isEmpty() ? "." : directory, command);
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private Check confinement() {
        var found = sandbox.get();
        return new Check(
                "sandbox",
                found.startsWith("bubblewrap"),
                false,
                found,
                "install the package `bubblewrap` and allow user namespaces; without it commands are not confined");
    }

    private Check disk() {
        try {
            var free = Files.getFileStore(home.directory()).getUsableSpace();
            return new Check("disk", free > LITTLE_DISK, false, new ByteSize(free) + " free", "make room");
        } catch (IOException e) {
            return new Check("disk", false, false, e.toString(), "look after the disk");
        }
    }
}
