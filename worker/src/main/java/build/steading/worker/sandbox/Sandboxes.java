// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.SteadingException;
import build.steading.worker.sandbox.Sandbox.Bubblewrap;
import build.steading.worker.sandbox.Sandbox.Plain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds out which sandbox works on this machine.
public final class Sandboxes {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Sandboxes() {}

    /// Returns bubblewrap with an overlay if both work, tried with a command that does nothing; else plain
    /// directories, with the reason.
    ///
    /// @param scratch an empty or absent directory on the file system of the worker, made and left behind
    /// @param hidden directories that commands must not see into; those that do not exist are left out
    public static Sandbox detect(Runner runner, Path scratch, List<Path> hidden) {
        var program = find("bwrap");
        if (program.isEmpty()) {
            return new Plain("bubblewrap is not installed: there is no `bwrap` on the PATH");
        }
        var present = hidden.stream().filter(Files::isDirectory).toList();
        var sandbox = new Bubblewrap(program.get(), present);
        try {
            var layer = Files.createDirectories(scratch.resolve("layer"));
            var directory = scratch.resolve("attempt");
            Place.create(directory, true);
            return tryOut(runner, sandbox, new Place(directory, List.of(layer)));
        } catch (IOException e) {
            return new Plain("bubblewrap could not be tried in `%s`: %s".formatted(scratch, e.getMessage()));
        }
    }

    private static Sandbox tryOut(Runner runner, Bubblewrap sandbox, Place place) {
        var spec = new RunSpec(place, sandbox.root(place))
                .command(List.of("true"), Map.of("PATH", "/usr/bin:/bin"))
                .timeout(PATIENCE, Duration.ZERO);
        sandbox.confine(spec, place, false);
        try (var run = runner.start(spec)) {
            var end = run.await(new Ignoring());
            return switch (end) {
                case RunEnd.Ran ran when ran.exitCode() == 0 -> sandbox;
                case RunEnd.Ran ran -> new Plain("bubblewrap does not work: exit code %d".formatted(ran.exitCode()));
                case RunEnd.NotStarted(var failure) -> new Plain("bubblewrap does not work: " + failure.message());
            };
        } catch (SteadingException e) {
            return new Plain("bubblewrap does not work: " + e.getMessage());
        }
    }

    private static Optional<Path> find(String program) {
        var path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        return Stream.of(path.split(":"))
                .filter(part -> part.startsWith("/"))
                .map(part -> Path.of(part, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static final class Ignoring implements Run.Printed {
        @Override
        public void accept(int source, long micros, byte[] bytes, int length) {}

        @Override
        public void pause() {}
    }
}
