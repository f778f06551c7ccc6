// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.Durations;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.cli.door.ExitCode;
import build.steading.digest.Digest;
import build.steading.failure.ByteSize;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.platform.Requirement;
import build.steading.tree.Node;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Says in words and tables what became of builds.
final class Report {
    private static final int MAX_ARTIFACTS = 12;

    private final Services services;
    private final Console console;

    Report(Services services, Console console) {
        this.services = services;
        this.console = console;
    }

    static String word(TaskState state) {
        return state == TaskState.INFRA_ERROR
                ? "farm error"
                : state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String word(BuildState state) {
        return state == BuildState.INFRA_ERROR
                ? "farm error"
                : state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String size(long bytes) {
        return new ByteSize(bytes).toString();
    }

    /// Prints all that is known of a build.
    ///
    /// @return the exit code
    int show(BuildId id, boolean json) {
        var build = services.book().find(id).orElseThrow(() -> unknown(id));
        var requests = services.book().requests(id);
        if (json) {
            console.result("%s", Json.text(Json.build(build, requests, services.trees())));
            return ExitCode.OK;
        }
        var source = build.spec().source();
        head(build);
        console.result(
                "  revision   %s %s",
                source.revision().commit(), source.revision().subject());
        console.result("  source     %s", place(source));
        if (!build.spec().options().isEmpty()) {
            console.result("  options    %s", build.spec().options());
        }
        if (!build.spec().requirement().equals(Requirement.ANY)) {
            console.result("  on         %s", build.spec().requirement());
        }
        build.spec().command().ifPresent(command -> console.result("  command    %s", command.run()));
        for (var request : requests) {
            var out = request.out().map(path -> " -> " + console.shown(path)).orElse("");
            var note = request.note().isEmpty() ? "" : " (" + request.note() + ")";
            console.result(
                    "  request    %s by %s: %s%s%s",
                    request.revision(),
                    request.requester(),
                    request.state().name().toLowerCase(Locale.ROOT),
                    out,
                    note);
        }
        tasks(build);
        build.artifacts().ifPresent(this::artifacts);
        return ExitCode.OK;
    }

    /// A repository has a path where it is on this machine, else a name.
    private static String place(SourceRef source) {
        var directory = source.directory().isEmpty() ? "" : "/" + source.directory();
        return source.repository() + directory;
    }

    static SteadingException unknown(BuildId id) {
        return SteadingException.notFound("There is no build %d; `steading builds` lists them", id.value());
    }

    /// Prints how a build ended, and where its artifacts are.
    ///
    /// @param mine the requests whose artifacts the user wants to find
    void summary(BuildRecord build, List<RequestRecord> requests, Collection<Long> mine) {
        head(build);
        tasks(build);
        if (build.state() != BuildState.SUCCEEDED) {
            build.tasks().stream()
                    .filter(task -> task.state() == TaskState.FAILED || task.state() == TaskState.TIMED_OUT)
                    .findFirst()
                    .ifPresent(task -> console.result(
                            "Log: `steading log %d '%s'`", build.id().value(), task.name()));
            return;
        }
        for (var request : requests) {
            if (mine.contains(request.id())) {
                answer(build, request);
            }
        }
    }

    private void answer(BuildRecord build, RequestRecord request) {
        switch (request.state()) {
            case ANSWERED -> {
                if (build.artifacts().filter(root -> !root.equals(Digest.EMPTY)).isEmpty()) {
                    console.result("It has no artifacts");
                } else if (!request.note().isEmpty()) {
                    console.result("%s", request.note());
                } else {
                    request.out()
                            .ifPresent(out ->
                                    console.result("Artifacts in %s:", console.style(Style.NAME, console.shown(out))));
                    build.artifacts().ifPresent(this::artifacts);
                }
            }
            case UNDELIVERED -> console.say("%s %s", console.style(Style.BAD, "steading:"), request.note());
            case OPEN, WITHDRAWN -> {}
        }
    }

    /// Prints one build and its tasks that have not ended.
    void brief(BuildRecord build) {
        head(build);
        build.tasks().stream()
                .filter(task -> task.state() == TaskState.RUNNING || task.state() == TaskState.QUEUED)
                .forEach(task -> console.result("  %s  %s", task.name(), state(task)));
    }

    private void head(BuildRecord build) {
        var now = services.clock().instant();
        var revision = build.spec().source().revision();
        var took =
                Durations.words(Duration.between(build.created(), build.ended().orElse(now)));
        var cached = build.tasks().stream().filter(task -> task.how().cached()).count();
        var verdict = console.style(Follower.style(build.state()), word(build.state()));
        console.result(
                "Build %s of %s at `%s`%s: %s %s %s, %d task%s, %d known already%s",
                build.id(),
                build.spec().project(),
                revision.name(),
                revision.uncommitted() ? " with uncommitted changes" : "",
                verdict,
                build.state().isFinal() ? "in" : "for",
                took,
                build.tasks().size(),
                build.tasks().size() == 1 ? "" : "s",
                cached,
                build.note().isEmpty() ? "" : " (" + build.note() + ")");
    }

    private void tasks(BuildRecord build) {
        var width = build.tasks().stream()
                .mapToInt(task -> task.name().length())
                .max()
                .orElse(0);
        for (var task : build.tasks()) {
            console.result(
                    "  %s  %s", task.name() + " ".repeat(width - task.name().length()), state(task));
        }
    }

    private String state(TaskRecord task) {
        var now = services.clock().instant();
        var note = task.how().note().isEmpty() ? "" : ": " + task.how().note();
        return switch (task.state()) {
            case SUCCEEDED ->
                task.how().cached()
                        ? console.style(Style.FAINT, "known already")
                        : Durations.words(task.took(now)) + (task.how().joined() ? ", shared with another build" : "");
            case RUNNING ->
                console.style(Style.WAITING, "runs for " + Durations.words(task.took(now)) + " on " + task.worker());
            case WAITING, QUEUED -> console.style(Style.WAITING, word(task.state()) + note);
            case SKIPPED -> console.style(Style.FAINT, word(task.state()) + note);
            case FAILED, TIMED_OUT, CANCELLED, INFRA_ERROR -> console.style(Style.BAD, word(task.state()) + note);
        };
    }

    private void artifacts(Digest root) {
        Map<String, Node> leaves;
        try {
            leaves = services.trees().leaves(root);
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
            console.result("  its artifacts are not kept any more; `steading retry` makes them again");
            return;
        }
        var width = leaves.keySet().stream()
                .limit(MAX_ARTIFACTS)
                .mapToInt(String::length)
                .max()
                .orElse(0);
        leaves.entrySet().stream().limit(MAX_ARTIFACTS).forEach(leaf -> {
            var size = switch (leaf.getValue()) {
                case Node.File(var digest, var _) -> size(digest.sizeBytes());
                case Node.Link(var target) -> "-> " + target;
                case Node.Folder _ -> "";
            };
            console.result(
                    "  %s  %s",
                    leaf.getKey() + " ".repeat(Math.max(0, width - leaf.getKey().length())), size);
        });
        if (leaves.size() > MAX_ARTIFACTS) {
            console.result("  … and %d more", leaves.size() - MAX_ARTIFACTS);
        }
    }
}
