// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildState;
import build.steading.build.Builds.Order;
import build.steading.build.RequestRecord;
import build.steading.build.Subscription;
import build.steading.cli.command.Feed.Event;
import build.steading.cli.command.FollowOptions.OnInterrupt;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Signal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Shows builds until they end, and does what the user wants when he interrupts. Not thread-safe.
final class Follower implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(100);

    private final Services services;
    private final Console console;
    private final FollowOptions options;
    private final Feed feed = new Feed();
    private final Map<Long, RequestRecord> mine = new LinkedHashMap<>();
    private final Map<BuildId, List<RequestRecord>> requests = new LinkedHashMap<>();
    private final Map<BuildId, Subscription> watched = new LinkedHashMap<>();
    private final Map<BuildId, BuildRecord> ended = new LinkedHashMap<>();
    private final Deque<Wish> waiting = new ArrayDeque<>();
    private final Patience patience;
    private Step more = () -> {};
    private Runnable summary = this::eachOnItsOwn;

    /// Asks for one build.
    @FunctionalInterface
    interface Submission {
        /// @return the stored request
        RequestRecord of(Wish wish) throws InterruptedException;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    Follower(Services services, Console console, FollowOptions options) {
        this.services = services;
        this.console = console;
        this.options = options;
        this.patience = new Patience(services::joined, console, feed::pause);
    }

    /// Asks for a build, on whose behalf the user may cancel from now on.
    ///
    /// @param again whether it may have been asked for before, by the same command in another process
    /// @return the stored request
    RequestRecord submit(BuildSpec spec, Order order, boolean again) throws InterruptedException {
        var accepted = patience.answer(again, () -> services.desk().submit(spec, order, feed.observer()));
        watched.merge(accepted.request().build(), accepted.subscription(), (first, second) -> {
            second.close();
            return first;
        });
        own(accepted.request());
        return accepted.request();
    }

    /// Returns what is known of a build that the farm has taken.
    Optional<BuildRecord> find(BuildId id) throws InterruptedException {
        return patience.answer(true, () -> services.book().find(id));
    }

    /// Says that a request is the user's own: on its behalf he may cancel.
    void own(RequestRecord request) {
        mine.put(request.id(), request);
    }

    /// Watches a build that was asked for before.
    void observe(BuildId id) {
        if (!watched.containsKey(id)) {
            watched.put(id, services.desk().observe(id, feed.observer()));
        }
    }

    /// Asks for builds one after the other, a few at a time, shows them, and ends with a table of all.
    ///
    /// @param submit asks this for one build
    /// @param atMost how many may be under way
    /// @return the exit code: that of the worst build
    int show(List<Wish> wishes, Submission submit, int atMost) throws InterruptedException {
        var report = new MatrixReport(console);
        waiting.addAll(wishes);
        summary = () -> report.print(ended, mine, options.json());
        more = () -> {
            while (!waiting.isEmpty() && watched.size() - ended.size() < atMost) {
                var request = submit.of(waiting.element());
                report.add(waiting.remove(), request);
            }
        };
        return show();
    }

    /// Shows what is watched. If none of the requests for a build are the user's own, an interruption only ends
    /// the watching.
    ///
    /// @return the exit code: that of the worst build
    int show() throws InterruptedException {
        var interrupt = options.onInterrupt(console);
        var caller = console.invocation().caller();
        caller.onSignal(signal -> feed.add(new Event.Interrupted(signal)));
        caller.onHangup(() -> feed.add(new Event.HungUp()));
        var view = view(watched.size() > 1 || waiting.size() > 1);
        try {
            more.run();
            while (ended.size() < watched.size()) {
                var event = feed.next(TICK);
                if (event.isPresent()) {
                    switch (event.get()) {
                        case Event.HungUp _ -> {
                            return ExitCode.INTERRUPTED;
                        }
                        case Event.Interrupted(var signal) -> {
                            if (signal == Signal.CONT) {
                                view.repaint();
                            } else {
                                return interrupted(signal, interrupt, view);
                            }
                        }
                        case Event.Ended(var build) -> {
                            ended.put(build.id(), build);
                            more.run();
                        }
                        case Event.Request(var request) -> note(request);
                        case Event.Build _, Event.Task _, Event.Output _ -> {}
                    }
                    view.show(event.get());
                } else {
                    view.tick();
                }
                if (feed.takeDropped() > 0) {
                    view.gap();
                }
            }
            view.close();
            return summarise();
        } finally {
            view.close();
        }
    }

    private void note(RequestRecord request) {
        mine.computeIfPresent(request.id(), (_, _) -> request);
        var known = requests.computeIfAbsent(request.build(), _ -> new ArrayList<>());
        known.removeIf(earlier -> earlier.id() == request.id());
        known.add(request);
        known.sort(Comparator.comparingLong(RequestRecord::id));
    }

    /// Stops watching.
    @Override
    public void close() {
        watched.values().forEach(Subscription::close);
    }

    private View view(boolean several) {
        if (options.quiet()) {
            return View.NONE;
        }
        return console.live()
                ? new LiveView(console, services.clock(), several, options.json())
                : new PlainView(console, services.clock(), several, options.json());
    }

    private int interrupted(Signal signal, OnInterrupt interrupt, View view) {
        view.close();
        if (!waiting.isEmpty()) {
            console.say("%d of the combinations are not built", waiting.size());
        }
        for (var id : watched.keySet()) {
            if (ended.containsKey(id)) {
                continue;
            }
            var own = mine.values().stream()
                    .filter(request -> request.build().equals(id))
                    .map(RequestRecord::id)
                    .toList();
            if (own.isEmpty() || interrupt == OnInterrupt.DETACH) {
                console.say(
                        "Build %d goes on in the background; `steading attach %d` follows it again",
                        id.value(), id.value());
            } else if (services.desk().withdraw(id, own, console.user())) {
                console.say(
                        "Build %d is cancelled; with `--on-interrupt=detach` Ctrl-C would leave it running",
                        id.value());
            } else {
                console.say("Build %d goes on for others who asked for it too", id.value());
            }
        }
        return signal.exitCode();
    }

    private int summarise() {
        summary.run();
        if (options.notifies()) {
            DesktopNotification.show(console, ended.values());
        }
        var code = ended.values().stream().mapToInt(Follower::exitCode).max().orElse(ExitCode.OK);
        var undelivered =
                mine.values().stream().anyMatch(request -> request.state() == RequestRecord.State.UNDELIVERED);
        return undelivered ? Math.max(code, ExitCode.TRY_AGAIN) : code;
    }

    private void eachOnItsOwn() {
        for (var build : ended.values()) {
            var all = requests.getOrDefault(build.id(), List.of());
            if (options.json()) {
                console.conclude("%s", Json.text(Json.build(build, all, services.trees())));
            } else {
                new Report(services, console).summary(build, all, mine.keySet());
            }
        }
    }

    private static int exitCode(BuildRecord build) {
        return switch (build.state()) {
            case SUCCEEDED -> ExitCode.OK;
            case FAILED, TIMED_OUT, CANCELLED -> ExitCode.BUILD_FAILED;
            case INFRA_ERROR -> ExitCode.TRY_AGAIN;
            case QUEUED, RUNNING -> throw new IllegalStateException("Build %s has not ended".formatted(build.id()));
        };
    }

    static Style style(BuildState state) {
        return switch (state) {
            case SUCCEEDED -> Style.GOOD;
            case QUEUED, RUNNING -> Style.WAITING;
            case FAILED, TIMED_OUT, CANCELLED, INFRA_ERROR -> Style.BAD;
        };
    }
}
