// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `steading cc COMPILER ARGUMENT…` where no C compiler was at hand to make a launcher of: what `cc.c` does. The
/// farm compiles, or the compiler runs here.
final class CompileLauncher {
    /// Names the compiler for the process, which has neither our `PATH` nor our way of looking.
    private static final String COMPILER_VARIABLE = "STEADING_COMPILER";

    private static final String MODE_VARIABLE = "STEADING_CC";
    private static final int NO_COMPILER = 127;
    /// Stands where an argument was no text: the compiler could not be given what was typed.
    private static final char REPLACEMENT = '\uFFFD';

    private final List<String> typed;
    private final Path cwd = Path.of("").toAbsolutePath();
    private final boolean asks;
    private final boolean strict;

    private CompileLauncher(List<String> typed) {
        this.typed = typed;
        var mode = System.getenv().getOrDefault(MODE_VARIABLE, "");
        this.strict = mode.equals("strict");
        this.asks = strict || mode.isEmpty() || mode.equals("refresh") || mode.equals("farm");
        if (!asks && !mode.equals("local")) {
            throw new SteadingException(
                    new Failure.Invalid("`%s` is `%s`: `local`, `farm`, `refresh` and `strict` are allowed"
                            .formatted(MODE_VARIABLE, mode)));
        }
    }

    /// Returns what to do if the arguments ask for a compile.
    ///
    /// @throws SteadingException with `Invalid` if they cannot be passed on, or a variable has an unknown value
    static Optional<CompileLauncher> of(List<String> typed) {
        if (typed.size() < 2 || !typed.getFirst().equals("cc") || typed.get(1).startsWith("-")) {
            return Optional.empty();
        }
        for (var argument : typed) {
            if (argument.indexOf(REPLACEMENT) >= 0) {
                throw new SteadingException(new Failure.Invalid(
                        "Argument `%s` is not UTF-8: this needs the launcher in C".formatted(argument)));
            }
        }
        return Optional.of(new CompileLauncher(typed));
    }

    /// Compiles, and returns the compiler's exit code.
    int run(Distribution distribution) throws IOException, InterruptedException {
        var path = System.getenv().getOrDefault("PATH", "/bin:/usr/bin");
        var compiler = new CompilerSearch(path, cwd).find(typed.get(1));
        if (compiler.isEmpty()) {
            System.err.printf("steading: %s: not found%n", typed.get(1));
            return NO_COMPILER;
        }
        if (!asks || typed.stream().noneMatch(CompileLauncher::isCompile)) {
            return compileHere(compiler.get());
        }
        var starter = new ProcessStarter(Home.of(System.getenv(), cwd), distribution);
        var channel = starter.find();
        if (channel.isPresent()) {
            return ask(channel.get(), compiler.get());
        }
        var starting = starter.startMeanwhile();
        try {
            return compileAfter("The background process does not answer", compiler.get());
        } finally {
            starting.close();
        }
    }

    private static boolean isCompile(String argument) {
        return argument.equals("-c")
                || argument.equals("-S")
                || argument.equals("/c")
                || (argument.startsWith("@") && argument.length() > 1);
    }

    private int ask(SocketChannel channel, Path compiler) throws IOException, InterruptedException {
        String why;
        try (var exchange = new CompileExchange(channel)) {
            switch (exchange.run(hello(compiler))) {
                case CompileExchange.Answer.Compiled(int code, var output) -> {
                    output.forEach(CompileLauncher::print);
                    return code;
                }
                case CompileExchange.Answer.HandedBack(boolean failed, var reason) -> {
                    return failed ? compileAfter(reason, compiler) : compileHere(compiler);
                }
                case CompileExchange.Answer.None(var reason) -> why = reason;
            }
        }
        return compileAfter(why, compiler);
    }

    private static void print(Frame frame) {
        var stream = frame.type() == FrameType.STDOUT ? System.out : System.err;
        stream.write(frame.payload().array(), 0, frame.payload().remaining());
        stream.flush();
    }

    private Hello hello(Path compiler) {
        var hello = JavaLauncher.hello("", typed);
        var environment = new ArrayList<String>();
        environment.add(COMPILER_VARIABLE + "=" + compiler); // the first of a name counts
        environment.addAll(hello.environment());
        return new Hello(
                hello.buildId(),
                hello.cwd(),
                hello.arguments(),
                environment,
                hello.stdinTty(),
                hello.stdoutTty(),
                hello.stderrTty(),
                hello.columns(),
                hello.rows(),
                hello.umask());
    }

    /// The farm did not compile: so we do, unless our caller wants to know.
    private int compileAfter(String reason, Path compiler) throws IOException, InterruptedException {
        if (strict) {
            throw new IOException("The farm did not compile this: " + reason);
        }
        return compileHere(compiler);
    }

    private int compileHere(Path compiler) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(compiler.toString()));
        command.addAll(typed.subList(2, typed.size()));
        var builder = new ProcessBuilder(command).inheritIO();
        builder.environment().clear();
        builder.environment().putAll(JavaLauncher.environment());
        var process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return process.waitFor();
    }
}
