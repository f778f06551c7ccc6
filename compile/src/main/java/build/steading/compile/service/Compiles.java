// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.blob.BlobStore;
import build.steading.compile.argv.CommandLine;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import build.steading.compile.argv.Reason;
import build.steading.compile.files.FileTable;
import build.steading.compile.service.FarmRuns.Ending;
import build.steading.compile.service.Manifests.Manifest;
import build.steading.compile.service.Statistics.Route;
import build.steading.compile.service.TypedCommand.Mode;
import build.steading.compile.toolchain.NotUsableException;
import build.steading.compile.toolchain.Toolchain;
import build.steading.compile.toolchain.Toolchains;
import build.steading.execute.ActionExecutor;
import build.steading.execute.ExecutionRequest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.RequestFacts;
import build.steading.tree.Trees;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// Answers calls of compilers. Thread-safe.
public final class Compiles {
    private static final System.Logger LOG = System.getLogger(Compiles.class.getName());

    private static final int ATTEMPTS = 3;

    /// A farm nearby that knows a result says so as soon as that.
    private static final Duration HEAD_START = Duration.ofMillis(2);

    /// A compile that takes longer is not worth a processor here: what the farm costs is little beside that.
    private static final Duration SHORT = Duration.ofSeconds(2);

    /// Of the heap's size, so many bytes allow for one name in a manifest; it takes a fifth of them.
    private static final long BYTES_PER_NAME = 512;

    private final Parts parts;
    private final Settings settings;
    private final Preparation preparation;
    private final ActionWriter actions;
    private final Renewal renewal;
    private final FarmRuns farm;
    private final Results results;
    private final Manifests manifests = new Manifests(Runtime.getRuntime().maxMemory() / BYTES_PER_NAME);
    private final Durations durations = new Durations();
    private final Statistics statistics = new Statistics();
    private final Traffic traffic = new Traffic(System::nanoTime);

    /// What compiles need.
    ///
    /// @param blobs of this machine, and behind them the farm's
    /// @param outputs where results are kept, and behind that the farm's
    /// @param farm where compiles run
    /// @param requester for whom
    public record Parts(
            FileTable files,
            Toolchains toolchains,
            BlobStore blobs,
            BlobStore outputs,
            Trees trees,
            ActionExecutor farm,
            String requester) {}

    /// How compiles are done.
    ///
    /// @param processors of this machine: as many compiles run here at the same time when the farm does not do
    ///     them
    /// @param os of this machine, in the words of workers' properties
    /// @param arch of its processors, likewise
    /// @param isFarm whether the farm is this very machine
    /// @param unable why the farm cannot run any compile; empty if it can
    /// @param entrance what compiles bring along to a server that is none of ours; empty if it is
    public record Settings(
            int processors,
            String os,
            String arch,
            boolean isFarm,
            Optional<String> unable,
            Optional<Entrance> entrance) {}

    /// What a compile depends on, as it was, and what came of it.
    private record Step(
            TypedCommand command, Compile compile, Manifests.Key key, Manifest manifest, Handover handover) {}

    public Compiles(Parts parts, Settings settings) {
        this.parts = parts;
        this.settings = settings;
        this.preparation = new Preparation(parts.files());
        this.actions = new ActionWriter(parts.files(), parts.trees(), parts.blobs(), settings);
        this.renewal = new Renewal(parts.files(), actions);
        // Servers that are none of ours need not say when a compile has begun to run.
        var queued = settings.entrance().isPresent() ? Duration.ofSeconds(20) : Duration.ofMillis(200);
        var patience = new FarmRuns.Patience(queued, settings.isFarm(), Duration.ofSeconds(60), HEAD_START);
        this.farm = new FarmRuns(
                parts.farm(), new HomeSlots(settings.processors()), patience, new Standing(System::nanoTime));
        this.results = new Results(parts.outputs());
    }

    public Statistics statistics() {
        return statistics;
    }

    /// Compiles, or says why that must be done at home.
    ///
    /// @param handover begins before anything is written
    /// @throws InterruptedException if the caller does not want the result any more
    public Answer compile(TypedCommand command, Handover handover) throws InterruptedException {
        traffic.begin();
        try {
            return switch (guarded(command, handover)) {
                case Answer.Done done -> done;
                case Answer.Home home -> {
                    statistics.wentHome(home, command.likelyOutput());
                    yield home.failed() && home.slot().equals(HomeSlot.NONE) ? home.with(farm.placeAtHome()) : home;
                }
            };
        } finally {
            traffic.end();
        }
    }

    /// Whatever is wrong here, the compiler itself can still do it.
    private Answer guarded(TypedCommand command, Handover handover) throws InterruptedException {
        try {
            return attempt(command, handover);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "`%s` in `%s` goes home".formatted(command.argv(), command.directory()), e);
            return failed("our own fault", e.toString());
        }
    }

    private Answer attempt(TypedCommand command, Handover handover) throws InterruptedException {
        if (settings.unable().isPresent()) {
            return failed("no farm", settings.unable().get());
        }
        if (!command.program().startsWith("/")) {
            return Answer.Home.decided("compiler", "`%s` is not absolute".formatted(command.program()));
        }
        try {
            return read(command, parts.toolchains().find(command.call()), handover);
        } catch (NotUsableException e) {
            return Answer.Home.decided("compiler", String.valueOf(e.getMessage()));
        } catch (SteadingException e) {
            return failed("farm failed", e.failure().message());
        } catch (InvalidPathException e) {
            return Answer.Home.decided(Reason.UNDECODABLE.word(), e.getInput());
        }
    }

    private static Answer.Home failed(String reason, String detail) {
        return new Answer.Home(reason, detail, true, HomeSlot.NONE);
    }

    private Answer read(TypedCommand command, Toolchain toolchain, Handover handover) throws InterruptedException {
        var lines = new CommandLines(name -> ResponseFile.read(command.absolute(name)));
        try {
            return switch (lines.read(toolchain.compiler(), command.argv(), command.environment())) {
                case CommandLine.Local(var reason, var detail) -> Answer.Home.decided(reason.word(), detail);
                case Compile compile -> compile(command, toolchain, preparation.plain(command, compile), handover);
            };
        } catch (UncheckedIOException e) {
            return Answer.Home.decided(Reason.RESPONSE_FILE.word(), String.valueOf(e.getCause()));
        }
    }

    private Answer compile(TypedCommand command, Toolchain toolchain, Compile compile, Handover handover)
            throws InterruptedException {
        var key = new Manifests.Key(toolchain, command.directory(), compile.argv(), compile.environment());
        if (!command.refresh()) {
            var manifest = manifests.find(key).flatMap(known -> renewed(key, known, command, compile));
            if (manifest.isPresent()) {
                var step = new Step(command, compile, key, manifest.get(), handover);
                var answer = fromMemory(step);
                return answer.isPresent() ? answer.get() : run(step, toolchain, standsAlone(step));
            }
        }
        return switch (preparation.prepare(command, toolchain, compile)) {
            case Preparation.NotPossible(var home) -> home;
            case Work work -> run(new Step(command, compile, key, manifest(key, work), handover), toolchain, false);
        };
    }

    /// Returns whether the caller has nothing else to compile, and this not for long: then he has the object
    /// sooner if his own machine makes it, and that is hardly less idle for it. Where that is the farm, the two
    /// compiles would only be in each other's way.
    private boolean standsAlone(Step step) {
        return step.command().mode() == Mode.USUAL
                && !settings.isFarm()
                && durations
                        .of(what(step))
                        .filter(time -> time.compareTo(SHORT) < 0)
                        .isPresent()
                && traffic.isAlone();
    }

    private Optional<Manifest> renewed(Manifests.Key key, Manifest known, TypedCommand command, Compile compile) {
        var renewed = renewal.renew(known, command, compile);
        renewed.filter(fresh -> !fresh.action().equals(known.action())).ifPresent(fresh -> manifests.put(key, fresh));
        return renewed;
    }

    private Manifest manifest(Manifests.Key key, Work work) {
        var written = actions.write(work);
        var manifest =
                new Manifest(work.seen(), written.action(), written.placement(), written.outputs(), Optional.empty());
        manifests.put(key, manifest);
        return manifest;
    }

    /// Returns nothing if the result is not known, or what it refers to has gone from the store.
    private Optional<Answer> fromMemory(Step step) throws InterruptedException {
        var result = step.manifest().result();
        return result.isPresent() ? answer(step, new Ending.Ran(result.get(), true), Route.KNOWN) : Optional.empty();
    }

    /// Inputs that the store has lost meanwhile are brought again; results that it has lost are made again.
    private Answer run(Step first, Toolchain toolchain, boolean alone) throws InterruptedException {
        var step = first;
        var refresh = step.command().refresh();
        for (var i = 0; i < ATTEMPTS; i++) {
            switch (ask(step, refresh, alone && i == 0)) {
                case Ending.Ran ran -> {
                    var answer = answer(step, ran, ran.known() ? Route.SHARED : Route.COMPILED);
                    if (answer.isPresent()) {
                        return answer.get();
                    }
                    refresh = true;
                }
                case Ending.Failed(var reason, var detail, var slot) -> {
                    return new Answer.Home(reason, detail, true, slot);
                }
                case Ending.Alone(var slot) -> {
                    return Answer.Home.decided("alone", "").with(counted(slot));
                }
                case Ending.Lacking _ -> {
                    switch (preparation.prepare(step.command(), toolchain, step.compile())) {
                        case Preparation.NotPossible(var home) -> {
                            return home;
                        }
                        case Work work -> step = brought(step, work);
                    }
                }
            }
        }
        return failed("farm failed", "The store loses blobs");
    }

    private Step brought(Step step, Work work) {
        parts.files().keep(work.contents());
        return new Step(step.command(), step.compile(), step.key(), manifest(step.key(), work), step.handover());
    }

    /// What runs at home for lack of company is company for whatever comes then.
    private HomeSlot counted(HomeSlot slot) {
        traffic.begin();
        var over = new AtomicBoolean();
        return () -> {
            if (over.compareAndSet(false, true)) {
                traffic.end();
                slot.close();
            }
        };
    }

    private static String what(Step step) {
        return step.key().directory() + "/" + step.compile().source();
    }

    private Ending ask(Step step, boolean refresh, boolean alone) throws InterruptedException {
        var what = what(step);
        var expected = durations.of(what);
        var facts = RequestFacts.of("cc", parts.requester()).withExpected(expected);
        var manifest = step.manifest();
        var request = new ExecutionRequest(
                manifest.action(), refresh, facts, List.of(), manifest.outputs().keySet());
        var begin = System.nanoTime();
        var ending =
                alone ? farm.runAlone(request, expected, result -> learn(step, result)) : farm.run(request, expected);
        if (ending instanceof Ending.Ran(var _, var known) && !known) {
            durations.took(what, Duration.ofNanos(System.nanoTime() - begin));
        }
        return ending;
    }

    /// Returns nothing, and writes nothing, if a part of the result has gone from the store.
    private Optional<Answer> answer(Step step, Ending.Ran ran, Route route) throws InterruptedException {
        try {
            return Optional.of(
                    switch (results.take(
                            step.command(), step.compile(), step.manifest().outputs(), ran.result(), step.handover())) {
                        case Results.Taken(var done, var bytes) -> {
                            taken(step, ran.result(), route, bytes);
                            yield done;
                        }
                        case Results.NotTaken(var home) -> home;
                    });
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Nobody waits for this result, but it is likely to be asked for.
    private void learn(Step step, ActionResult result) {
        results.keep(result);
        // By now the source may be another one.
        var action = step.manifest().action();
        if (manifests
                .find(step.key())
                .filter(now -> now.action().equals(action))
                .isPresent()) {
            remember(step, result);
        }
    }

    private void remember(Step step, ActionResult result) {
        if (result.getExitCode() == 0) {
            manifests.put(step.key(), step.manifest().with(Results.withoutContents(result)));
        }
    }

    private void taken(Step step, ActionResult result, Route route, long bytes) {
        if (route != Route.KNOWN) {
            remember(step, result);
        }
        var output = step.command().absolute(step.compile().outputs().getFirst().name());
        statistics.answered(route, Path.of(output).normalize().toString(), bytes);
    }
}
