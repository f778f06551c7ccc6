// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.execute.ActionExecutor;
import build.steading.execute.ExecutionRequest;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Has the farm run compiles, and knows when to stop waiting for it. Thread-safe.
///
/// A compile that waits for a worker, or runs for much longer than expected, goes home as soon as a processor
/// here is free. While the farm does not get anything done, only a probe now and then goes there.
final class FarmRuns {
    private static final System.Logger LOG = System.getLogger(FarmRuns.class.getName());
    private static final Duration TICK = Duration.ofMillis(20);

    /// How often whoever waits for a place at home looks whether the farm is back.
    private static final Duration GLANCE = Duration.ofMillis(500);

    /// A place that does not become free for so long belongs to a compiler that has been stopped.
    private static final Duration HOME_PATIENCE = Duration.ofMinutes(10);

    private final ActionExecutor farm;
    private final HomeSlots home;
    private final Patience patience;
    private final Standing standing;

    /// @param queued how long to wait for a worker while there is room at home
    /// @param isHome whether the farm is this very machine: a queue is no reason to run more here then, unless
    ///     nothing moves in it
    /// @param longestRun of a compile of which nothing is known
    /// @param headStart how long whoever is alone waits for the farm to know the result
    record Patience(Duration queued, boolean isHome, Duration longestRun, Duration headStart) {
        /// Returns after which time a run is not waited for any more.
        Duration run(Optional<Duration> expected) {
            return expected.map(time -> time.multipliedBy(3).plusSeconds(5)).orElse(longestRun);
        }
    }

    FarmRuns(ActionExecutor farm, HomeSlots home, Patience patience, Standing standing) {
        this.farm = farm;
        this.home = home;
        this.patience = patience;
        this.standing = standing;
    }

    /// How a run ended.
    sealed interface Ending {
        /// @param known whether nothing was run for it
        record Ran(ActionResult result, boolean known) implements Ending {}

        /// The farm lacks inputs that were thought to be in the store.
        record Lacking() implements Ending {}

        /// The farm is at it, for whoever compiles the same later.
        ///
        /// @param slot held for the run at home
        record Alone(HomeSlot slot) implements Ending {}

        /// The farm has not done it.
        ///
        /// @param slot held for the run at home
        record Failed(String reason, String detail, HomeSlot slot) implements Ending {
            private String described() {
                return detail.isEmpty() ? reason : reason + ": " + detail;
            }
        }
    }

    /// @param expected how long it took before
    Ending run(ExecutionRequest request, Optional<Duration> expected) throws InterruptedException {
        while (!standing.mayTry()) {
            var slot = home.take(GLANCE);
            if (slot.isPresent()) {
                return new Ending.Failed("farm away", standing.trouble(), slot.get());
            }
        }
        var run = new FarmRun(standing, patience);
        run.start(farm, request);
        try {
            return await(run, patience.run(expected));
        } catch (InterruptedException e) {
            run.withdraw("its requester");
            throw e;
        }
    }

    /// Has the farm run a compile, but waits only if it knows the result, or there is no room at home: who has
    /// nothing else to compile has it sooner there.
    ///
    /// @param later is told what the farm made of it, if it has
    Ending runAlone(ExecutionRequest request, Optional<Duration> expected, Consumer<ActionResult> later)
            throws InterruptedException {
        var slot = standing.isGood() ? home.tryTake() : Optional.<HomeSlot>empty();
        if (slot.isEmpty()) {
            return run(request, expected);
        }
        var run = new FarmRun(standing, patience);
        run.start(farm, request);
        try {
            var start = patience.headStart().toNanos();
            if (run.result().get(start, TimeUnit.NANOSECONDS) instanceof Outcome.Completed known) {
                slot.get().close();
                return ending(known);
            }
        } catch (TimeoutException _) {
            Thread.ofVirtual().name("compile-later").start(() -> await(run, patience.run(expected), later));
        } catch (ExecutionException _) {
            // It is compiled at home, whatever that was.
        } catch (InterruptedException e) {
            slot.get().close();
            run.withdraw("its requester");
            throw e;
        }
        return new Ending.Alone(slot.get());
    }

    private void await(FarmRun run, Duration longest, Consumer<ActionResult> later) {
        try {
            var outcome = run.result().get(longest.toNanos(), TimeUnit.NANOSECONDS);
            if (outcome instanceof Outcome.Completed(var result, var _, var _)) {
                standing.succeeded();
                later.accept(result);
            }
        } catch (TimeoutException | InterruptedException _) {
            run.withdraw("nobody who waits");
        } catch (ExecutionException | SteadingException e) {
            LOG.log(Level.DEBUG, "A compile that nobody waits for is not known afterwards", e);
        }
    }

    /// Waits for a place at home, so that not all that the farm does not do runs there at once.
    HomeSlot placeAtHome() throws InterruptedException {
        return home.take(HOME_PATIENCE).orElse(HomeSlot.NONE);
    }

    private Ending await(FarmRun run, Duration longest) throws InterruptedException {
        for (var wait = patience.queued(); ; wait = TICK) {
            try {
                return ending(run.result().get(wait.toNanos(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException _) {
                var why = run.overdue(longest);
                var slot = why.flatMap(_ -> home.tryTake());
                if (slot.isPresent()) {
                    var late = new Ending.Failed(why.orElseThrow(), run.waitsFor(), slot.get());
                    run.withdraw("a free processor at home");
                    standing.failed(late.described());
                    return late;
                }
            } catch (ExecutionException e) {
                return failed(e.getCause());
            }
        }
    }

    private Ending ending(Outcome outcome) throws InterruptedException {
        return switch (outcome) {
            case Outcome.Completed(var result, var cached, var _) -> {
                standing.succeeded();
                yield new Ending.Ran(result, cached);
            }
            case Outcome.NotRun(Failure.MissingBlobs _, var _) -> new Ending.Lacking();
            case Outcome.NotRun(var failure, var _) -> failed(failure.message());
            case Outcome.Rejected(var failure, var _) -> notDone(failure.message());
            case Outcome.TimedOut(var limit, var _) -> notDone("Took longer than " + limit);
            case Outcome.OutOfMemory(var bytes, var _) -> notDone("Used more than %d bytes".formatted(bytes));
            case Outcome.Cancelled(var by) -> notDone("Cancelled by " + by);
            case Outcome.Refused(var reason, var _) -> failed(reason);
        };
    }

    private Ending failed(@Nullable Throwable cause) throws InterruptedException {
        if (cause instanceof SteadingException known) {
            return known.failure() instanceof Failure.MissingBlobs
                    ? new Ending.Lacking()
                    : failed(known.failure().message());
        }
        return failed(String.valueOf(cause));
    }

    private Ending failed(String message) throws InterruptedException {
        standing.failed(message);
        return notDone(message);
    }

    /// That is the compile's own doing: the farm is as good as before.
    private Ending notDone(String message) throws InterruptedException {
        return new Ending.Failed("farm failed", message, placeAtHome());
    }
}
