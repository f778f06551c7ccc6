// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A process of a farm that somebody started in the foreground: it can be killed, frozen and started again. What
/// it prints is in a file, that of all its lives.
final class Daemon {
    private static final int ORDERLY_SECONDS = 20;

    private final Path printed;
    private final Map<String, String> environment;
    private Optional<Process> process = Optional.empty();

    /// @param printed where what it prints goes
    Daemon(Path printed, Map<String, String> environment) {
        this.printed = printed;
        this.environment = Map.copyOf(environment);
    }

    /// @param prefix what the command begins with
    void start(List<String> prefix, List<String> arguments) {
        assertThat(running()).isFalse();
        var command = new ArrayList<>(prefix);
        command.add(Distribution.launcher().toString());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .directory(printed.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(printed.toFile()));
        builder.environment().putAll(environment);
        try {
            process = Optional.of(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.orElseThrow().pid();
    }

    boolean running() {
        return process.filter(Process::isAlive).isPresent();
    }

    String printed() {
        try {
            return Files.exists(printed) ? Files.readString(printed) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int printedTimes(String pattern) {
        return (int) Pattern.compile(pattern).matcher(printed()).results().count();
    }

    /// Waits until it has printed something for the `times`-th time.
    MatchResult awaitPrinted(String pattern, int times) {
        await("`%s` of %s".formatted(pattern, printed))
                .atMost(Program.PATIENCE)
                .until(() -> printedTimes(pattern) >= times || !running());
        assertThat(printedTimes(pattern)).as(printed()).isGreaterThanOrEqualTo(times);
        return Pattern.compile(pattern)
                .matcher(printed())
                .results()
                .skip(times - 1L)
                .findFirst()
                .orElseThrow();
    }

    void signal(String name) {
        var sent = Program.run(Path.of("/"), Map.of(), List.of("/bin/sh", "-c", "kill -%s %d".formatted(name, pid())));
        assertThat(sent.exitCode()).as(sent.all()).isZero();
    }

    /// Ends it as a lack of memory would.
    void kill() {
        process.ifPresent(each -> each.destroyForcibly().onExit().join());
    }

    /// Lets it end by itself.
    ///
    /// @return whether it did
    boolean stop() {
        if (!running()) {
            return true;
        }
        signal("CONT");
        signal("TERM");
        try {
            return process.orElseThrow().waitFor(ORDERLY_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            kill();
        }
    }
}
