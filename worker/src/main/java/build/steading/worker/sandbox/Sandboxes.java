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

    private static final List<Path> PRIVATE =
            List.of(Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/run"), Path.of("/dev"), Path.of("/proc"));

    private Sandboxes() {}

    /// Returns bubblewrap with an overlay if both work, tried with a command that does nothing; else plain
    /// directories, with the reason.
    ///
    /// @param directory the worker's, where it also has its runner
    /// @param hidden directories that commands must not see into, for instance the user's home and the state of
    ///     Steading; those that commands do not see anyway are left out
    /// @throws SteadingException with `Unavailable` if there is no runner and none can be made
    public static Sandbox detect(Path directory, List<Path> hidden) {
        try (var runner = Runner.prepare(directory.resolve("bin"))) {
            return detect(runner, directory, hidden);
        }
    }

    private static Sandbox detect(Runner runner, Path directory, List<Path> hidden) {
        var program = find("bwrap");
        if (program.isEmpty()) {
            return new Plain("bubblewrap is not installed: there is no `bwrap` on the PATH");
        }
        try {
            var scratch = Files.createTempDirectory(directory, "probe-");
            try {
                return tryOut(runner, new Bubblewrap(program.get(), toHide(hidden)), scratch);
            } finally {
                Trees.delete(scratch);
            }
        } catch (IOException e) {
            return new Plain("bubblewrap could not be tried in `%s`: %s".formatted(directory, e.getMessage()));
        }
    }

    /// A directory below one that is private anyway would only be seen there.
    private static List<Path> toHide(List<Path> hidden) {
        return hidden.stream()
                .map(path -> path.toAbsolutePath().normalize())
                .filter(path -> path.getNameCount() > 0 && Files.isDirectory(path))
                .filter(path -> PRIVATE.stream().noneMatch(path::startsWith))
                .distinct()
                .toList();
    }

    private static Sandbox tryOut(Runner runner, Bubblewrap sandbox, Path scratch) throws IOException {
        if (problem(runner, sandbox, scratch.resolve("1")).isEmpty()) {
            return sandbox;
        }
        return problem(runner, sandbox.late(), scratch.resolve("2"))
                .<Sandbox>map(Plain::new)
                .orElseGet(sandbox::late);
    }

    /// Returns why a command cannot be run in the sandbox, if it cannot.
    private static Optional<String> problem(Runner runner, Bubblewrap sandbox, Path scratch) throws IOException {
        var layer = Files.createDirectories(scratch.resolve("layer"));
        var attempt = scratch.resolve("attempt");
        Place.create(attempt, true);
        try {
            if (sandbox.ahead()) {
                runner.makeReady(sandbox.outline(attempt));
            }
            var place = new Place(attempt, List.of(layer));
            var spec = new RunSpec(place, sandbox.root(place))
                    .command(List.of("true"), Map.of("PATH", "/usr/bin:/bin"))
                    .timeout(PATIENCE, Duration.ZERO);
            sandbox.confine(spec, place, Sandbox.Grants.NOTHING);
            try (var run = runner.start(spec)) {
                return switch (run.await(new Ignoring())) {
                    case RunEnd.Ran ran when ran.exitCode() == 0 -> Optional.empty();
                    case RunEnd.Ran ran ->
                        Optional.of("bubblewrap does not work: exit code %d".formatted(ran.exitCode()));
                    case RunEnd.NotStarted(var failure) ->
                        Optional.of("bubblewrap does not work: " + failure.message());
                };
            }
        } catch (SteadingException e) {
            return Optional.of("bubblewrap does not work: " + e.getMessage());
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
