// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import build.bazel.events.BuildEvent;
import build.bazel.events.BuildEventId;
import build.bazel.events.BuildFinished;
import build.bazel.events.BuildStarted;
import build.bazel.events.WorkspaceStatus;
import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SingleCommand;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.digest.Digest;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What one invocation of Bazel has told so far. Bounded: of very many targets the first ones are kept. Not
/// thread-safe.
final class Invocation {
    private static final int MAX_TARGETS = 2_000;
    private static final int MAX_TEXT = 300;
    private static final int SHORT_COMMIT = 12;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{12,64}");

    /// Bazel's exit code when somebody stopped it.
    private static final int INTERRUPTED = 8;

    private final Map<String, TaskRecord> targets = new LinkedHashMap<>();
    private final Map<String, String> workspace = new HashMap<>();
    private final Optional<BuildRecord> before;
    private BuildStarted started = BuildStarted.getDefaultInstance();
    private String patterns = "";
    private Optional<BuildFinished> finished = Optional.empty();
    private int leftOut;

    Invocation() {
        this.before = Optional.empty();
    }

    private Invocation(BuildRecord before) {
        this.before = Optional.of(before);
        before.tasks().forEach(task -> targets.put(task.name(), task));
    }

    /// Returns an invocation of which somebody has heard the beginning.
    ///
    /// @param before what he remembers
    static Invocation resumed(BuildRecord before) {
        return new Invocation(before);
    }

    /// @param now when that was told
    void add(BuildEvent event, Instant now) {
        switch (event.getPayloadCase()) {
            case STARTED -> start(event);
            case CONFIGURED -> configure(event);
            case COMPLETED -> complete(event, now);
            case TEST_SUMMARY -> summarise(event, now);
            case ABORTED -> abort(event, now);
            case FINISHED -> finished = Optional.of(event.getFinished());
            case WORKSPACE_STATUS -> note(event.getWorkspaceStatus());
            case PAYLOAD_NOT_SET -> {
                // Something that nobody here looks at.
            }
        }
    }

    private void start(BuildEvent event) {
        started = event.getStarted();
        var typed = event.getChildrenList().stream()
                .filter(child -> child.getIdCase() == BuildEventId.IdCase.PATTERN)
                .flatMap(child -> child.getPattern().getPatternList().stream())
                .limit(MAX_TEXT)
                .toList();
        patterns = cut(String.join(" ", typed));
    }

    /// From now on it is known that the target is to be made.
    private void configure(BuildEvent event) {
        var target = event.getId().getTargetConfigured();
        if (target.getAspect().isEmpty() && !targets.containsKey(cut(target.getLabel()))) {
            put(TaskRecord.waiting(cut(target.getLabel())));
        }
    }

    private void complete(BuildEvent event, Instant now) {
        var target = event.getId().getTargetCompleted();
        if (target.getAspect().isEmpty()) {
            end(target.getLabel(), event.getCompleted().getSuccess() ? TaskState.SUCCEEDED : TaskState.FAILED, now);
        }
    }

    /// A test target was built before; now it is known how its test ended.
    private void summarise(BuildEvent event, Instant now) {
        var passed = event.getTestSummary().getOverallStatus() == 1
                || event.getTestSummary().getOverallStatus() == 2;
        end(event.getId().getTestSummary().getLabel(), passed ? TaskState.SUCCEEDED : TaskState.FAILED, now);
    }

    private void abort(BuildEvent event, Instant now) {
        if (event.getId().getIdCase() == BuildEventId.IdCase.TARGET_COMPLETED) {
            end(event.getId().getTargetCompleted().getLabel(), TaskState.SKIPPED, now);
        }
    }

    private void end(String label, TaskState state, Instant now) {
        put(task(cut(label), state, now));
    }

    private void put(TaskRecord target) {
        if (targets.size() < MAX_TARGETS || targets.containsKey(target.name())) {
            targets.put(target.name(), target);
        } else {
            leftOut++;
        }
    }

    private void note(WorkspaceStatus status) {
        for (var item : status.getItemList()) {
            if (item.getKey().equals("BUILD_USER") || item.getKey().equals("BUILD_SCM_REVISION")) {
                workspace.put(item.getKey(), cut(item.getValue()));
            }
        }
    }

    /// Returns what there is to see while it goes on.
    ///
    /// @param now when it began if it did not say
    BuildRecord running(Instant now) {
        var begun = begun(now);
        return new BuildRecord(
                new BuildId(0),
                spec(begun),
                BuildState.RUNNING,
                more(),
                begun,
                Optional.of(begun),
                Optional.empty(),
                Optional.empty(),
                tasks());
    }

    List<TaskRecord> tasks() {
        return List.copyOf(targets.values());
    }

    private Instant begun(Instant now) {
        return started.getStartTimeMillis() > 0
                ? Instant.ofEpochMilli(started.getStartTimeMillis())
                : before.map(BuildRecord::created).orElse(now);
    }

    /// Returns what there is to remember.
    ///
    /// @param now when it was last heard of, which is when it ended if it did not say
    BuildRecord record(Instant now) {
        var begun = begun(now);
        var said = finished.map(BuildFinished::getFinishTimeMillis)
                .filter(millis -> millis > 0)
                .map(Instant::ofEpochMilli)
                .orElse(now);
        var ended = said.isBefore(begun) ? begun : said;
        var tasks = targets.values().stream()
                .map(target -> target.state().isFinal() ? target : task(target.name(), TaskState.SKIPPED, ended))
                .toList();
        return new BuildRecord(
                new BuildId(0),
                spec(begun),
                state(),
                note(),
                begun,
                Optional.of(begun),
                Optional.of(ended),
                Optional.empty(),
                tasks);
    }

    private static TaskRecord task(String label, TaskState state, Instant ended) {
        var exitCode = state == TaskState.SUCCEEDED ? 0 : state == TaskState.FAILED ? 1 : -1;
        var times = new TaskRecord.Times(Optional.empty(), Optional.empty(), Optional.of(ended));
        return new TaskRecord(
                label,
                new TaskRecord.Ending(state, exitCode, false, false, ""),
                Optional.empty(),
                "",
                times,
                Optional.empty(),
                Optional.empty());
    }

    /// The version as an option tells these builds apart from those that the farm does itself, so that none
    /// stands in for the other.
    private BuildSpec spec(Instant begun) {
        if (started.getStartTimeMillis() == 0 && before.isPresent()) {
            return before.get().spec();
        }
        var directory = cut(started.getWorkspaceDirectory());
        var project = directory.substring(directory.lastIndexOf('/') + 1);
        var commit = Optional.ofNullable(workspace.get("BUILD_SCM_REVISION"))
                .filter(revision -> COMMIT.matcher(revision).matches());
        var revision = new Revision(
                commit.orElse(""),
                "",
                commit.map(full -> full.substring(0, SHORT_COMMIT)).orElse("bazel"),
                false,
                begun,
                "");
        var command =
                "bazel %s %s".formatted(cut(started.getCommand()), patterns).strip();
        return new BuildSpec(
                project.isEmpty() ? "bazel" : project,
                new SourceRef(directory, "", "", revision),
                Digest.EMPTY,
                Map.of("bazel", cut(started.getBuildToolVersion())),
                Map.of(),
                List.of(),
                Optional.of(new SingleCommand(command, List.of(), true)),
                false,
                Requirement.ANY);
    }

    private BuildState state() {
        return finished.map(end -> switch (end.getExitCode().getCode()) {
                    case 0 -> BuildState.SUCCEEDED;
                    case INTERRUPTED -> BuildState.CANCELLED;
                    default -> BuildState.FAILED;
                })
                .orElse(BuildState.CANCELLED);
    }

    private String note() {
        var how = finished.map(end -> end.getExitCode().getCode() == 0
                        ? ""
                        : "exit code %d, %s"
                                .formatted(
                                        end.getExitCode().getCode(),
                                        cut(end.getExitCode().getName())))
                .orElse("it did not say how it ended");
        var more = more();
        return how.isEmpty() || more.isEmpty() ? how + more : how + "; " + more;
    }

    private String more() {
        return leftOut == 0 ? "" : "%d more targets".formatted(leftOut);
    }

    /// Returns who runs it, as the workspace says; empty if it does not.
    String user() {
        return workspace.getOrDefault("BUILD_USER", "");
    }

    /// Returns whether there is anything to remember.
    boolean hasBegun() {
        return started.getStartTimeMillis() > 0 || finished.isPresent();
    }

    /// Returns whether it is known who builds what: from now on that stays the same.
    boolean isIntroduced() {
        return hasBegun() && !workspace.isEmpty();
    }

    private static String cut(String text) {
        var line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT);
    }
}
