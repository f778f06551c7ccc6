// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Signal;
import build.steading.compile.service.Compiles;
import build.steading.failure.SteadingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Show what the farm is doing, again and again.
@Command(
        name = "top",
        description = "Show what the farm's workers are doing, painted anew every second until Ctrl-C;"
                + " once, if this is no terminal.")
final class TopCommand implements Callable<Integer> {
    private static final String HOME_AND_ERASE = "\u001b[H\u001b[J";

    private final Services services;
    private final Console console;

    @Option(names = "--interval", paramLabel = "SECONDS", description = "Paint as often (default: 1).")
    private double interval = 1;

    @Option(names = "--once", description = "Print it once.")
    private boolean once;

    TopCommand(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!(interval >= 0.1 && interval <= 3600)) {
            throw SteadingException.invalid("`--interval` is %s: it must be from 0.1 to 3600 seconds", interval);
        }
        var terminal = console.invocation().terminal();
        var view = new FarmView();
        if (once || !terminal.stdoutTty()) {
            paint(view, Duration.ZERO, "");
            return ExitCode.OK;
        }
        var over = new CountDownLatch(1);
        console.invocation().caller().onSignal(signal -> {
            if (signal != Signal.CONT) {
                over.countDown();
            }
        });
        var pause = Duration.ofMillis(Math.round(interval * 1000));
        do {
            paint(view, pause, HOME_AND_ERASE);
        } while (!over.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        return ExitCode.OK;
    }

    private void paint(FarmView view, Duration since, String before) {
        var counts = services.compiles().map(Compiles::statistics).map(statistics -> statistics.counts());
        var lines = new ArrayList<>(view.lines(services.facts().get(), counts, since));
        var room = before.isEmpty() ? lines.size() : Math.max(2, console.rows() - 1);
        if (lines.size() > room) {
            var left = lines.size() - room + 1;
            lines.subList(room - 1, lines.size()).clear();
            lines.add("… and %d more lines".formatted(left));
        }
        console.write(console.invocation().out(), before + String.join("\n", lines) + "\n");
    }
}
