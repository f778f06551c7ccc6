// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.build.Plans.Plan;
import build.steading.build.TaskRecord.Ending;
import build.steading.build.TaskRun.Ended;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.project.Notify;
import build.steading.project.TaskInstance;
import build.steading.tree.Node;
import build.steading.tree.TreeDraft;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/// Takes one build from its plan to its end, on the caller's thread, with a virtual thread for each task that is
/// ready.
final class BuildRun {
    /*
     * Blobs that the store has lost (evicted, or found bad) make a round of a build useless, but never the build: the sources
     * are converted anew, results whose blobs are gone are misses of the action cache, and the next round makes them again.
     */
    private static final int ROUNDS = 3;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private static final System.Logger LOG = System.getLogger(BuildRun.class.getName());

    private final BuildTools tools;
    private final LiveBuild build;
    private final Turns turns;
    private List<Notify> wanted = List.of();

    BuildRun(BuildTools tools, LiveBuild build, Turns turns) {
        this.tools = tools;
        this.build = build;
        this.turns = turns;
    }

    /// Runs the build, answers its requests, stores and announces the end.
    void run() throws InterruptedException {
        for (var round = 1; ; round++) {
            try {
                finish(runTasks());
                return;
            } catch (SteadingException e) {
                if (build.cancelledBy().isPresent()) {
                    fail(BuildState.CANCELLED, "");
                    return;
                }
                if (!(e.failure() instanceof Failure.MissingBlobs) || round == ROUNDS) {
                    fail(verdict(e.failure()), e.failure().message());
                    return;
                }
                restore(e);
            }
        }
    }

    private void restore(SteadingException missing) {
        try {
            var _ = tools.sources().restore(build.record().spec().source());
        } catch (SteadingException e) {
            // The next round tells whether the sources were what was missing; if so it fails with the better
            // reason.
            missing.addSuppressed(e);
        }
    }

    private Optional<Digest> runTasks() throws InterruptedException {
        var now = build.record();
        var plan = plan(now.spec());
        var revision = now.spec().source().revision();
        wanted = plan.project().notificationsFor(now.spec().options(), revision.name(), revision.commit());
        var waiting =
                plan.tasks().stream().map(task -> TaskRecord.waiting(task.id())).toList();
        build.plan(now.started(now.started().orElseGet(tools.clock()::instant), waiting));
        var options = plan.project().resolveOptions(now.spec().options());
        var outputs = new ConcurrentHashMap<String, Digest>();
        runGraph(plan, new TaskRun.Round(options, outputs, turns.preparing()));
        var states = build.record().tasks().stream().map(TaskRecord::state).toList();
        if (!states.stream().allMatch(TaskState::isFinal)) {
            // Steading is being stopped, and a task heard of it before this thread.
            throw new InterruptedException();
        }
        if (build.cancelledBy().isPresent() || BuildState.verdict(states) != BuildState.SUCCEEDED) {
            return Optional.empty();
        }
        return Optional.of(artifacts(plan, outputs));
    }

    private Plan plan(BuildSpec spec) throws InterruptedException {
        turns.planning().acquire();
        try {
            return tools.plans().plan(spec);
        } finally {
            turns.planning().release();
        }
    }

    private void runGraph(Plan plan, TaskRun.Round round) throws InterruptedException {
        var byName = new LinkedHashMap<String, TaskInstance>();
        plan.tasks().forEach(task -> byName.put(task.id(), task));
        var needs = new LinkedHashMap<String, List<String>>();
        plan.tasks().forEach(task -> needs.put(task.id(), task.needs()));
        var graph = new TaskGraph(needs);
        BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();
        SteadingException lost = null;
        var running = 0;
        while (true) {
            for (var ready : graph.takeReady()) {
                // Threads that cannot begin yet would all stand before whoever has to do something short.
                turns.preparing().acquire();
                var run = new TaskRun(tools, build, Objects.requireNonNull(byName.get(ready)), round);
                tools.threads().execute(() -> ends.add(run.run()));
                running++;
            }
            if (running == 0) {
                break;
            }
            var end = ends.take();
            running--;
            switch (end) {
                case Ended.Succeeded(var task) -> graph.ended(task, true);
                case Ended.Failed(var task, var why) -> graph.ended(task, false).forEach(next -> skip(next, why));
                case Ended.Lost(var task, var missing) -> {
                    lost = missing;
                    graph.ended(task, false)
                            .forEach(next -> skip(next, missing.failure().message()));
                }
                case Ended.Stopped _ -> throw new InterruptedException("Steading is being stopped");
            }
        }
        if (lost != null) {
            throw lost;
        }
    }

    private void skip(String task, String why) {
        var ending = build.cancelledBy()
                .map(by -> new Ending(TaskState.CANCELLED, -1, false, false, "Cancelled by " + by))
                .orElseGet(() -> new Ending(TaskState.SKIPPED, -1, false, false, why));
        build.update(task, record -> record.ended(ending, tools.clock().instant()));
    }

    private Digest artifacts(Plan plan, Map<String, Digest> outputs) {
        var draft = new TreeDraft();
        for (var rule : plan.project().artifactRules(plan.tasks())) {
            var made = outputs.getOrDefault(rule.instance(), Digest.EMPTY);
            var wanted = tools.trees().select(made, rule.paths());
            draft.put(rule.directory(), new Node.Folder(wanted));
        }
        return draft.store(tools.trees());
    }

    private void finish(Optional<Digest> artifacts) throws InterruptedException {
        if (artifacts.isEmpty()) {
            var states = build.record().tasks().stream().map(TaskRecord::state).toList();
            fail(BuildState.verdict(states), "");
            return;
        }
        do {
            build.openRequests().forEach(request -> answer(request, artifacts.get()));
        } while (!build.close());
        if (build.cancelledBy().isPresent()) {
            fail(BuildState.CANCELLED, "");
            return;
        }
        end(BuildState.SUCCEEDED, "", artifacts);
    }

    private void answer(RequestRecord request, Digest artifacts) {
        if (request.out().isEmpty()) {
            build.answer(request.closed(RequestRecord.State.ANSWERED, ""));
            return;
        }
        try {
            var note = tools.delivery()
                    .deliver(request.build(), artifacts, request.out().get());
            build.answer(request.closed(RequestRecord.State.ANSWERED, note));
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                throw e;
            }
            build.answer(
                    request.closed(RequestRecord.State.UNDELIVERED, e.failure().message()));
        }
    }

    /// Ends the build without artifacts, answers its requests, stores and announces the end.
    void fail(BuildState verdict, String note) throws InterruptedException {
        do {
            build.openRequests().forEach(request -> build.answer(request.closed(RequestRecord.State.ANSWERED, "")));
        } while (!build.close());
        var why = build.cancelledBy().map(by -> "Cancelled by " + by).orElse(note);
        end(build.cancelledBy().isPresent() ? BuildState.CANCELLED : verdict, why, Optional.empty());
    }

    private void end(BuildState verdict, String note, Optional<Digest> artifacts) throws InterruptedException {
        var last = build.record().ended(verdict, note, tools.clock().instant(), artifacts);
        var requests = build.allRequests();
        save(last, requests, notices(last, requests));
        tools.telling().stored();
        build.ended(last);
    }

    /// A build has one end, and nobody hears of it before it is stored, however long the disk is full.
    private void save(BuildRecord last, List<RequestRecord> requests, List<Notice> notices)
            throws InterruptedException {
        var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        while (true) {
            try {
                tools.records().save(last, requests, notices);
                return;
            } catch (SteadingException e) {
                if (!(e.failure() instanceof Failure.Unavailable)) {
                    throw e;
                }
                LOG.log(
                        Level.WARNING,
                        "The end of build {0} cannot be stored yet: {1}",
                        last.id(),
                        e.failure().message());
                Thread.sleep(backoff.pause());
            }
        }
    }

    private List<Notice> notices(BuildRecord last, List<RequestRecord> requests) {
        try {
            return tools.telling().notices(last, requests, wanted);
        } catch (RuntimeException e) {
            // That nobody can be told must not keep the build from ending.
            LOG.log(Level.ERROR, "Nobody is told of the end of build " + last.id(), e);
            return List.of();
        }
    }

    private static BuildState verdict(Failure failure) {
        return switch (failure) {
            case Failure.Invalid _, Failure.NotFound _, Failure.Denied _ -> BuildState.FAILED;
            case Failure.MissingBlobs _, Failure.Overloaded _, Failure.Unsupported _, Failure.Unavailable _ ->
                BuildState.INFRA_ERROR;
        };
    }
}
