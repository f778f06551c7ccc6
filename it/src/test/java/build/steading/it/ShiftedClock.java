// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A clock that processes see in place of the machine's, and that jumps when a story wants it: libfaketime
/// answers them what the time is. How fast it goes by is not changed.
///
/// @param file says how far it is from the machine's
record ShiftedClock(Path file) {
    private static final String LIBRARY = "faketime/libfaketime.so.1";

    /// For so long, in seconds, a process does not look into the file again.
    private static final int REMEMBERED = 1;

    /// Returns a clock that shows the machine's time.
    static ShiftedClock named(String name) {
        try {
            var clock =
                    new ShiftedClock(Files.createDirectories(Distribution.TOP).resolve(name));
            clock.write(Duration.ZERO);
            return clock;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> library() {
        return List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64").stream()
                .map(directory -> Path.of(directory, LIBRARY))
                .filter(Files::exists)
                .findFirst();
    }

    static void require() {
        Required.that(library().isPresent(), "There is no `%s` (Debian: `faketime`)".formatted(LIBRARY));
    }

    /// Returns what the command of a process begins with that shall see this clock.
    List<String> prefix() {
        return library()
                .map(library -> List.of(
                        "env",
                        "LD_PRELOAD=" + library,
                        "FAKETIME_TIMESTAMP_FILE=" + file,
                        "FAKETIME_CACHE_DURATION=" + REMEMBERED,
                        "FAKETIME_DONT_RESET=1",
                        "DONT_FAKE_MONOTONIC=1",
                        // Else it has timed waits end at once, which wait by the other clock.
                        "FAKETIME_FORCE_MONOTONIC_FIX=0",
                        "NO_FAKE_STAT=1"))
                .orElse(List.of());
    }

    /// Lets it jump, and waits until all processes see that.
    ///
    /// @param offset from the machine's clock
    void jump(Duration offset) throws IOException, InterruptedException {
        write(offset);
        Thread.sleep(Duration.ofSeconds(REMEMBERED).plusMillis(200));
    }

    private void write(Duration offset) throws IOException {
        var next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, "%+d\n".formatted(offset.toSeconds()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
