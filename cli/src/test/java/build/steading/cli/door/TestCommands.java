// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Commands that do one thing each to a launcher, and the process that serves them.
final class TestCommands implements Backend {
    /// Compiles that have begun and will not end by themselves.
    private static final AtomicInteger COMPILES = new AtomicInteger();

    private TestCommands() {}

    /// Ends the process as `kill -9` would, unless there is a file, which is there afterwards.
    private static void dieOnce(String file) throws InterruptedException {
        try {
            if (!file.isEmpty() && !Files.exists(Path.of(file))) {
                Files.createFile(Path.of(file));
                var pid = Long.toString(ProcessHandle.current().pid());
                new ProcessBuilder("kill", "-KILL", pid).start().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Arguments: home, build id, and for a process that lasts, what was typed.
    public static void main(String[] arguments) throws InterruptedException {
        var idle = Duration.ofMillis(Long.getLong("idle.ms", 3_600_000));
        if (Boolean.getBoolean("fail")) {
            System.err.println("The moon is in the wrong phase");
            System.exit(3);
        }
        dieOnce(System.getProperty("die.once", ""));
        var settings = new BackgroundProcess.Settings(arguments[1], idle, 256, arguments.length > 2);
        var console = System.out;
        try {
            BackgroundProcess.run(new Home(Path.of(arguments[0])), settings, _ -> {
                if (settings.lasting()) {
                    console.println("lasts with " + String.join("|", arguments[2], arguments[3]));
                }
                return new TestCommands();
            });
        } catch (SteadingException e) {
            console.println(e.getMessage());
            System.exit(4);
        }
        System.exit(0);
    }

    static Backend farm() {
        return new TestCommands();
    }

    @Override
    public CommandRunner commands() {
        return new CommandRunner() {
            @Override
            public int run(Invocation invocation) throws InterruptedException {
                return TestCommands.run(invocation);
            }

            @Override
            public Optional<List<String>> repeatable(List<String> arguments) {
                return TestCommands.repeatable(arguments);
            }
        };
    }

    @Override
    public boolean busy() {
        return false;
    }

    @Override
    public void close() {}

    private static Optional<List<String>> repeatable(List<String> arguments) {
        return arguments.getFirst().equals("try")
                ? Optional.of(List.of("try", arguments.get(1), "named"))
                : Optional.empty();
    }

    static int run(Invocation invocation) throws InterruptedException {
        try (var out = new PrintStream(invocation.out(), false, UTF_8)) {
            return run(invocation, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int run(Invocation invocation, PrintStream out) throws IOException, InterruptedException {
        var arguments = invocation.arguments();
        switch (arguments.getFirst()) {
            case "exit" -> {
                return Integer.parseInt(arguments.get(1));
            }
            case "echo" -> out.println(String.join("|", arguments.subList(1, arguments.size())));
            case "env" -> out.println(invocation.environment().get(arguments.get(1)));
            case "where" -> out.printf("%s %04o%n", invocation.cwd(), invocation.umask());
            case "compiles" -> out.println(COMPILES.get());
            case "pid" -> out.println(ProcessHandle.current().pid());
            case "cat" -> out.println(invocation.in().transferTo(invocation.out()));
            case "count" -> out.println(invocation.in().transferTo(OutputStream.nullOutputStream()));
            case "read" -> out.write(invocation.in().readNBytes(Integer.parseInt(arguments.get(1))));
            case "flood" -> flood(invocation, Long.parseLong(arguments.get(1)));
            case "mix" -> mix(invocation);
            case "tty" -> tty(invocation.terminal(), out);
            case "resizes" -> resizes(invocation, out);
            case "bug" -> throw new IllegalStateException("the cause");
            case "invalid" -> throw new SteadingException(new Failure.Invalid("Option `x` is unknown"));
            case "hang" -> {
                out.println("hanging");
                out.flush();
                new CountDownLatch(1).await();
            }
            case "signals" -> {
                return signals(invocation, out);
            }
            case "vanish" -> vanish(invocation, out, Path.of(arguments.get(1)));
            case "resume" -> {
                invocation.caller().resumeWith(List.of("echo", "resumed", arguments.get(1)));
                out.println("begun");
                out.flush();
                new CountDownLatch(1).await();
            }
            case "try" -> tryAgain(Path.of(arguments.get(1)), out, arguments.getLast());
            case "cc" -> {
                return compile(invocation, out, arguments.getLast());
            }
            case "stop" -> invocation.caller().requestStop("ended");
            default -> throw new IllegalArgumentException(arguments.getFirst());
        }
        return 0;
    }

    /// Begins and does not end by itself, but the second time.
    private static void tryAgain(Path begun, PrintStream out, String text) throws IOException, InterruptedException {
        if (Files.exists(begun)) {
            out.println(text);
        } else {
            Files.createFile(begun);
            new CountDownLatch(1).await();
        }
    }

    /// Prints something to both streams, and goes on as `what` says.
    private static int compile(Invocation invocation, PrintStream out, String what)
            throws IOException, InterruptedException {
        out.println("code");
        invocation.err().write("warning\n".getBytes(UTF_8));
        switch (what) {
            case "back" -> {
                var gone = new CountDownLatch(1);
                invocation.caller().onHangup(gone::countDown);
                invocation.caller().compile().handBack(false, "as decided");
                gone.await();
            }
            case "hang" -> {
                COMPILES.incrementAndGet();
                new CountDownLatch(1).await();
            }
            case "invalid" -> throw new SteadingException(new Failure.Invalid("Not like this"));
            case "bug" -> throw new IllegalStateException("the cause");
            default -> {
                if (what.startsWith("/")) {
                    return write(invocation, Path.of(what));
                }
                return Integer.parseInt(what);
            }
        }
        return 0;
    }

    /// Writes a file when the launcher holds on, and ends with 7 when there is no gate beside it any more; with 9
    /// if it was interrupted meanwhile.
    private static int write(Invocation invocation, Path file) throws IOException, InterruptedException {
        invocation.caller().compile().hold();
        Files.writeString(file, "made\n");
        while (Files.exists(file.resolveSibling("gate"))) {
            Thread.onSpinWait();
        }
        return Thread.interrupted() ? 9 : 7;
    }

    private static void flood(Invocation invocation, long bytes) throws IOException {
        byte[] block = new byte[10_000];
        for (long left = bytes; left > 0; left -= block.length) {
            invocation.out().write(block, 0, (int) Math.min(left, block.length));
        }
    }

    private static void mix(Invocation invocation) throws IOException {
        for (int i = 0; i < 100; i++) {
            invocation.out().write(("o" + i + " ").getBytes(UTF_8));
            invocation.err().write(("e" + i + " ").getBytes(UTF_8));
        }
    }

    private static void tty(Terminal terminal, PrintStream out) {
        out.printf(
                "%b %b %b %dx%d%n",
                terminal.stdinTty(),
                terminal.stdoutTty(),
                terminal.stderrTty(),
                terminal.size().columns(),
                terminal.size().rows());
    }

    private static void resizes(Invocation invocation, PrintStream out) throws InterruptedException {
        var woken = new LinkedBlockingQueue<Signal>();
        invocation.caller().onSignal(woken::add);
        tty(invocation.terminal(), out);
        out.flush();
        woken.take();
        tty(invocation.terminal(), out);
    }

    /// Prints the signals that come, and ends with 7 on TERM.
    private static int signals(Invocation invocation, PrintStream out) throws InterruptedException {
        var received = new LinkedBlockingQueue<Signal>();
        invocation.caller().onSignal(received::add);
        out.println("ready");
        out.flush();
        while (true) {
            var signal = received.take();
            out.println(signal);
            out.flush();
            if (signal == Signal.TERM) {
                return 7;
            }
        }
    }

    /// Goes on after the launcher vanished, and says so in a file.
    private static void vanish(Invocation invocation, PrintStream out, Path witness)
            throws IOException, InterruptedException {
        var gone = new CountDownLatch(1);
        invocation.caller().onHangup(gone::countDown);
        out.println("waiting");
        out.flush();
        gone.await();
        out.println("nobody reads this");
        out.flush();
        Files.writeString(witness, "went on");
    }
}
