// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import build.steading.blob.BlobStore;
import build.steading.compile.argv.CommandLine;
import build.steading.compile.argv.CommandLine.Compile;
import build.steading.compile.argv.CommandLines;
import build.steading.compile.argv.Output;
import build.steading.compile.files.FileTable;
import build.steading.compile.service.FarmRuns.Ending;
import build.steading.compile.service.Manifests.Manifest;
import build.steading.compile.service.Statistics.Route;
import build.steading.compile.toolchain.NotUsableException;
import build.steading.compile.toolchain.Toolchain;
import build.steading.compile.toolchain.Toolchains;
import build.steading.execute.ActionExecutor;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Answers calls of compilers. Thread-safe.
public final class Compiles {
    private final Parts parts;
    private final Settings settings;
    private final Preparation preparation;
    private final ActionWriter actions;
    private final FarmRuns farm;
    private final Results results;
    private final Manifests manifests = new Manifests();
    private final Durations durations = new Durations();
    private final Statistics statistics = new Statistics();

    /// What compiles need.
    ///
    /// @param blobs of this machine, and behind them the farm's
    /// @param farm where compiles run
    /// @param requester for whom
    public record Parts(
            FileTable files,
            Toolchains toolchains,
            BlobStore blobs,
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
    public record Settings(int processors, String os, String arch, boolean isFarm, Optional<String> unable) {}

    /// What a compile depends on, as it was, and what came of it.
    private record Step(TypedCommand command, Compile compile, Manifests.Key key, Manifest manifest) {}

    public Compiles(Parts parts, Settings settings) {
        this.parts = parts;
        this.settings = settings;
        this.preparation = new Preparation(parts.files());
        this.actions = new ActionWriter(parts.files(), parts.trees(), parts.blobs(), settings);
        var patience = new FarmRuns.Patience(Duration.ofMillis(200), settings.isFarm(), Duration.ofSeconds(60));
        this.farm = new FarmRuns(parts.farm(), new HomeSlots(settings.processors()), patience, new Standing(System::nanoTime));
        this.results = new Results(parts.blobs());
    }

    public Statistics statistics() {
        return statistics;
    }

    /// Compiles, or says why that must be done at home.
    ///
    /// @throws InterruptedException if the caller does not want the result any more
    public Answer compile(TypedCommand command) throws InterruptedException {
        var answer = attempt(command);
        if (answer instanceof Answer.Home home) {
            statistics.wentHome(home, command.likelyOutput());
        }
        return answer;
    }

    private Answer attempt(TypedCommand command) throws InterruptedException {
        if (settings.unable().isPresent()) {
            return Answer.Home.decided("no farm", settings.unable().get());
        }
        if (!command.program().startsWith("/")) {
            return Answer.Home.decided("compiler", "`%s` is not absolute".formatted(command.program()));
        }
        try {
            return read(command, parts.toolchains().find(command.call()));
        } catch (NotUsableException e) {
            return Answer.Home.decided("compiler", String.valueOf(e.getMessage()));
        } catch (SteadingException e) {
            return new Answer.Home("farm failed", e.failure().message(), true, HomeSlot.NONE);
        }
    }

    private Answer read(TypedCommand command, Toolchain toolchain) throws InterruptedException {
        var lines = new CommandLines(name -> responseFile(command.absolute(name)));
        return switch (lines.read(toolchain.compiler(), command.argv(), command.environment())) {
            case CommandLine.Local(var reason, var detail) -> Answer.Home.decided(reason.word(), detail);
            case Compile compile -> compile(command, toolchain, preparation.plain(command, compile));
        };
    }

    private static Optional<byte[]> responseFile(String name) {
        try {
            return Optional.of(Files.readAllBytes(Path.of(name)));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    private Answer compile(TypedCommand command, Toolchain toolchain, Compile compile) throws InterruptedException {
        var key = new Manifests.Key(toolchain, command.directory(), compile.argv(), compile.environment());
        if (!command.refresh()) {
            var manifest = manifests.find(key).filter(known -> known.seen().holds());
            if (manifest.isPresent()) {
                var step = new Step(command, compile, key, manifest.get());
                var answer = fromMemory(step);
                return answer.isPresent() ? answer.get() : run(step, toolchain);
            }
        }
        return switch (preparation.prepare(command, toolchain, compile)) {
            case Preparation.NotPossible(var home) -> home;
            case Work work -> run(new Step(command, compile, key, manifest(key, work)), toolchain);
        };
    }

    private Manifest manifest(Manifests.Key key, Work work) {
        var written = actions.write(work);
        var manifest = new Manifest(work.seen(), written.action(), written.outputs(), Optional.empty());
        manifests.put(key, manifest);
        return manifest;
    }

    /// Returns nothing if the result is not known, or what it refers to has gone from the store.
    private Optional<Answer> fromMemory(Step step) {
        return step.manifest().result().flatMap(result -> {
            try {
                return Optional.of(answer(step, new Ending.Ran(result, true), Route.KNOWN));
            } catch (SteadingException e) {
                if (e.failure() instanceof Failure.MissingBlobs) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private Answer run(Step step, Toolchain toolchain) throws InterruptedException {
        return switch (ask(step)) {
            case Ending.Ran ran -> take(step, ran);
            case Ending.Failed(var reason, var detail, var slot) -> new Answer.Home(reason, detail, true, slot);
            case Ending.Lacking _ -> runAnew(step, toolchain);
        };
    }

    /// The store has lost inputs meanwhile: they are brought again, once.
    private Answer runAnew(Step step, Toolchain toolchain) throws InterruptedException {
        if (!(preparation.prepare(step.command(), toolchain, step.compile()) instanceof Work work)) {
            return new Answer.Home("files change", "", false, HomeSlot.NONE);
        }
        parts.files().keep(work.contents());
        var again = new Step(step.command(), step.compile(), step.key(), manifest(step.key(), work));
        return switch (ask(again)) {
            case Ending.Ran ran -> take(again, ran);
            case Ending.Failed(var reason, var detail, var slot) -> new Answer.Home(reason, detail, true, slot);
            case Ending.Lacking _ -> new Answer.Home("farm failed", "The store loses inputs", true, HomeSlot.NONE);
        };
    }

    private Ending ask(Step step) throws InterruptedException {
        var what = step.key().directory() + "/" + step.compile().source();
        var begin = System.nanoTime();
        var command = step.command();
        var ending = farm.run(step.manifest().action(), command.refresh(), parts.requester(), durations.of(what));
        if (ending instanceof Ending.Ran(var _, var known) && !known) {
            durations.took(what, Duration.ofNanos(System.nanoTime() - begin));
        }
        return ending;
    }

    private Answer take(Step step, Ending.Ran ran) {
        if (ran.result().getExitCode() == 0) {
            manifests.put(step.key(), step.manifest().with(ran.result()));
        }
        return answer(step, ran, ran.known() ? Route.SHARED : Route.COMPILED);
    }

    private Answer answer(Step step, Ending.Ran ran, Route route) {
        var command = step.command();
        return switch (results.take(command, step.compile(), step.manifest().outputs(), ran.result())) {
            case Results.Taken(var done, var bytes) -> {
                var output = step.compile().outputs().stream()
                        .map(Output::name)
                        .findFirst()
                        .orElse("");
                statistics.answered(
                        route, Path.of(command.absolute(output)).normalize().toString(), bytes);
                yield done;
            }
            case Results.NotTaken(var home) -> home;
        };
    }
}
