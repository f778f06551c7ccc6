// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.cli.door.LauncherExchange.Outcome;
import build.steading.failure.SteadingException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The launcher where no C compiler is at hand: says to the background process what `steading.c` says, only
/// slower.
///
/// The shell front passes what Java cannot find out, as system properties: `steading.dist` (the distribution's
/// directory), `steading.tty` (a digit for each of stdin, stdout, stderr: 1 if a terminal), `steading.size` (rows
/// and columns), `steading.umask` (octal) and `steading.lc_all` (the user's own `LC_ALL`).
final class JavaLauncher {
    private static final int MAX_REPLACEMENTS = 3;
    private static final int MAX_RESUMES = 5;
    private static final int MAX_UNANSWERED = 100;
    private static final Duration SIGNAL_LIMIT = Duration.ofSeconds(10);

    private final Distribution distribution;
    private final ProcessStarter starter;
    private final LauncherExchange.Streams streams;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Optional<LauncherExchange> exchange = Optional.empty();
    private volatile int exitCode = ExitCode.INTERRUPTED;

    private JavaLauncher(Distribution distribution, Home home) {
        this.distribution = distribution;
        this.starter = new ProcessStarter(home, distribution);
        this.streams = new LauncherExchange.Streams(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err));
    }

    public static void main(String[] arguments) throws InterruptedException {
        int code;
        try {
            var distribution = Distribution.read(Path.of(System.getProperty("steading.dist", ".")));
            if (arguments.length == 1 && arguments[0].equals("--version")) {
                System.out.printf("steading %s (%s)%n", distribution.version(), distribution.buildId());
                return;
            }
            var compile = CompileLauncher.of(List.of(arguments));
            if (compile.isPresent()) {
                Runtime.getRuntime().halt(compile.get().run(distribution));
            }
            var home = Home.of(System.getenv(), Path.of("").toAbsolutePath());
            code = new JavaLauncher(distribution, home).run(List.of(arguments));
        } catch (IOException e) {
            System.err.println("steading: " + e.getMessage());
            code = ExitCode.TRY_AGAIN;
        } catch (SteadingException e) {
            System.err.println("steading: " + e.failure().message());
            code = ExitCode.of(e.failure());
        }
        Runtime.getRuntime().halt(code);
    }

    private int run(List<String> arguments) throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::forwardInterrupt));
        try {
            exitCode = converse(arguments);
            return exitCode;
        } finally {
            done.countDown();
        }
    }

    private int converse(List<String> typed) throws IOException, InterruptedException {
        boolean stop = typed.equals(List.of("stop"));
        var hello = hello(stop ? "" : distribution.buildId(), typed);
        int replacements = 0;
        int resumes = 0;
        int unanswered = 0;
        while (true) {
            if (stop && starter.find().isEmpty()) {
                System.out.println("Steading is not running");
                return ExitCode.OK;
            }
            switch (converseOnce(hello)) {
                case Outcome.Exited(int code) -> {
                    return code;
                }
                case Outcome.Untouched(boolean replaced)
                when replaced -> {
                    if (++replacements > MAX_REPLACEMENTS) {
                        throw new IOException(
                                "Another build of Steading keeps taking over this STEADING_HOME: give each its own");
                    }
                }
                case Outcome.Untouched _ -> {
                    if (++unanswered > MAX_UNANSWERED) {
                        throw new IOException("The background process does not answer");
                    }
                    Thread.sleep(20);
                }
                case Outcome.Lost(var resume) -> {
                    if (resume.isEmpty() || ++resumes > MAX_RESUMES) {
                        throw new IOException("The background process ended before the command did: try again");
                    }
                    System.err.println("steading: The background process ended: going on in a new one");
                    hello = hello("", resume.get());
                }
            }
        }
    }

    private Outcome converseOnce(Hello hello) throws IOException, InterruptedException {
        try (var current = new LauncherExchange(starter.connect(), streams)) {
            exchange = Optional.of(current);
            return current.run(hello);
        } finally {
            exchange = Optional.empty();
        }
    }

    /// Java tells us that a signal came, but not which: Ctrl-C is what users send.
    private void forwardInterrupt() {
        exchange.ifPresent(current -> current.signal(Signal.INT));
        try {
            boolean _ = done.await(SIGNAL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            // The exit code so far is right: interrupted.
        }
        Runtime.getRuntime().halt(exitCode);
    }

    static Hello hello(String buildId, List<String> arguments) {
        var tty = System.getProperty("steading.tty", "000");
        var size = System.getProperty("steading.size", "0 0").split(" ", -1);
        return new Hello(
                buildId,
                Path.of("").toAbsolutePath().toString(),
                arguments,
                environment().entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList(),
                tty.startsWith("1"),
                tty.startsWith("1", 1),
                tty.startsWith("1", 2),
                Integer.parseInt(size[1]),
                Integer.parseInt(size[0]),
                Integer.parseInt(System.getProperty("steading.umask", "022"), 8));
    }

    /// The shell front runs us under `LC_ALL=C.UTF-8`, so that arguments and names arrive whole.
    static Map<String, String> environment() {
        var variables = new HashMap<>(System.getenv());
        var own = System.getProperty("steading.lc_all", "");
        if (own.isEmpty()) {
            variables.remove("LC_ALL");
        } else {
            variables.put("LC_ALL", own);
        }
        return variables;
    }
}
