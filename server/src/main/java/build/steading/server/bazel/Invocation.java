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

    private final String id;
    private final Map<String, TaskState> targets = new LinkedHashMap<>();
    private final Map<String, String> workspace = new HashMap<>();
    private BuildStarted started = BuildStarted.getDefaultInstance();
    private String patterns = "";
    private Optional<BuildFinished> finished = Optional.empty();
    private int leftOut;

    /// @param id unique among all invocations
    Invocation(String id) {
        this.id = id;
    }

    void add(BuildEvent event) {
        switch (event.getPayloadCase()) {
            case STARTED -> start(event);
            case COMPLETED -> complete(event);
            case TEST_SUMMARY -> summarise(event);
            case ABORTED -> abort(event);
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

    private void complete(BuildEvent event) {
        var target = event.getId().getTargetCompleted();
        if (target.getAspect().isEmpty()) {
            put(target.getLabel(), event.getCompleted().getSuccess() ? TaskState.SUCCEEDED : TaskState.FAILED);
        }
    }

    /// A test target was built before; now it is known how its test ended.
    private void summarise(BuildEvent event) {
        var passed = event.getTestSummary().getOverallStatus() == 1
                || event.getTestSummary().getOverallStatus() == 2;
        put(event.getId().getTestSummary().getLabel(), passed ? TaskState.SUCCEEDED : TaskState.FAILED);
    }

    private void abort(BuildEvent event) {
        if (event.getId().getIdCase() == BuildEventId.IdCase.TARGET_COMPLETED) {
            put(event.getId().getTargetCompleted().getLabel(), TaskState.SKIPPED);
        }
    }

    private void put(String label, TaskState state) {
        var name = cut(label);
        if (targets.size() < MAX_TARGETS || targets.containsKey(name)) {
            targets.put(name, state);
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

    /// Returns what there is to remember.
    ///
    /// @param now when it was last heard of, which is when it ended if it did not say
    BuildRecord record(Instant now) {
        var begun = started.getStartTimeMillis() > 0 ? Instant.ofEpochMilli(started.getStartTimeMillis()) : now;
        var said = finished.map(BuildFinished::getFinishTimeMillis)
                .filter(millis -> millis > 0)
                .map(Instant::ofEpochMilli)
                .orElse(now);
        var ended = said.isBefore(begun) ? begun : said;
        var times = new TaskRecord.Times(Optional.empty(), Optional.empty(), Optional.of(ended));
        var tasks = targets.entrySet().stream()
                .map(target -> task(target.getKey(), target.getValue(), times))
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

    private static TaskRecord task(String label, TaskState state, TaskRecord.Times times) {
        var exitCode = state == TaskState.SUCCEEDED ? 0 : state == TaskState.FAILED ? 1 : -1;
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
        var more = leftOut == 0 ? "" : "%d more targets".formatted(leftOut);
        return how.isEmpty() || more.isEmpty() ? how + more : how + "; " + more;
    }

    String id() {
        return id;
    }

    /// Returns who runs it, as the workspace says; empty if it does not.
    String user() {
        return workspace.getOrDefault("BUILD_USER", "");
    }

    /// Returns whether there is anything to remember.
    boolean hasBegun() {
        return started.getStartTimeMillis() > 0 || finished.isPresent();
    }

    private static String cut(String text) {
        var line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT);
    }
}
