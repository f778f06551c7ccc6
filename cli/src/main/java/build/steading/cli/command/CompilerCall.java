// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.Caller;
import build.steading.cli.door.Invocation;
import build.steading.compile.service.Answer;
import build.steading.compile.service.Compiles;
import build.steading.compile.service.TypedCommand;
import build.steading.compile.service.TypedCommand.Mode;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A compiler behind `steading cc`: no command of ours, and nothing that we say is mixed into what it says.
final class CompilerCall {
    private static final String NAME = "cc";

    /// Says which program the launcher found under the compiler's name.
    private static final String PROGRAM = "STEADING_COMPILER";

    private static final String MODE = "STEADING_CC";

    private CompilerCall() {}

    /// Returns whether these arguments call a compiler.
    static boolean is(List<String> arguments) {
        return arguments.size() > 1
                && arguments.getFirst().equals(NAME)
                && !arguments.get(1).startsWith("-");
    }

    /// Returns the compiler's exit code; if the caller is to run it, returns when that has ended.
    static int run(Compiles compiles, Invocation invocation) throws InterruptedException {
        var environment = invocation.environment();
        var command = new TypedCommand(
                invocation.arguments().subList(1, invocation.arguments().size()),
                environment.getOrDefault(PROGRAM, ""),
                invocation.cwd().toString(),
                environment,
                invocation.umask(),
                invocation.terminal().stderrTty(),
                mode(environment.getOrDefault(MODE, "")));
        return switch (compiles.compile(
                command, () -> invocation.caller().compile().hold())) {
            case Answer.Done done -> say(done, invocation);
            case Answer.Home home -> {
                try (var _ = home.slot()) {
                    handBack(home, invocation.caller());
                }
                yield 0;
            }
        };
    }

    private static Mode mode(String wanted) {
        return switch (wanted) {
            case "refresh" -> Mode.REFRESH;
            case "farm", "strict" -> Mode.FARM;
            default -> Mode.USUAL;
        };
    }

    private static int say(Answer.Done done, Invocation invocation) {
        try {
            done.stdout().writeTo(invocation.out());
            done.stderr().writeTo(invocation.err());
        } catch (IOException _) {
            // The launcher is gone: there is nobody to tell.
            return done.exitCode();
        }
        return done.exitCode();
    }

    private static void handBack(Answer.Home home, Caller caller) throws InterruptedException {
        var over = new CountDownLatch(1);
        caller.onHangup(over::countDown);
        caller.compile().handBack(home.failed(), home.toString());
        over.await();
    }
}
