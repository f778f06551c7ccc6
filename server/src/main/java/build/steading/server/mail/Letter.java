// SPDX-License-Identifier: Apache-2.0
package build.steading.server.mail;

import build.steading.build.BuildRecord;
import build.steading.build.BuildState;
import build.steading.build.Durations;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.notify.Excerpt;
import build.steading.notify.Links;
import build.steading.notify.Message;
import build.steading.notify.Report;
import build.steading.notify.Report.Trouble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What a mail says, whatever it looks like. None of its texts has control characters, but for tabs in excerpts.
///
/// @param headline the verdict in one sentence
/// @param good whether the build succeeded
/// @param facts what was built, for whom
/// @param rows what became of each task; of very many tasks, of those that matter most
/// @param left how many tasks have no row
/// @param troubles why it failed
/// @param more where to find out more: an address or a command
record Letter(
        String subject,
        String headline,
        boolean good,
        List<Fact> facts,
        List<Row> rows,
        int left,
        List<Section> troubles,
        More more) {
    private static final int MAX_ROWS = 100;
    private static final int MAX_TEXT = 300;

    /// @param label one or two words
    record Fact(String label, String text) {}

    /// @param how `cached`, or who ran it
    record Row(String task, TaskState state, String time, String how) {}

    /// @param why what is known beside the log; may be empty
    record Section(String task, String why, Optional<Excerpt> excerpt) {}

    /// @param text an address if `link`, else a command
    record More(String text, boolean link) {}

    /// @param message for whom it is
    static Letter about(Report report, Message message, Links links) {
        var build = report.build();
        var rows = build.tasks().stream()
                .sorted(Comparator.comparing(task -> task.state() == TaskState.SUCCEEDED))
                .limit(MAX_ROWS)
                .map(Letter::row)
                .toList();
        if (build.tasks().size() <= MAX_ROWS) {
            rows = build.tasks().stream().map(Letter::row).toList();
        }
        var more = links.page(build.id())
                .map(page -> new More(page, true))
                .orElseGet(() -> new More(Links.command(build.id()), false));
        return new Letter(
                line(subject(report)),
                line("Build %s of %s %s".formatted(build.id(), build.spec().project(), verdict(build.state()))),
                build.state() == BuildState.SUCCEEDED,
                facts(report, message),
                rows,
                build.tasks().size() - rows.size(),
                report.troubles().stream().map(Letter::section).toList(),
                more);
    }

    private static String subject(Report report) {
        var build = report.build();
        var project = build.spec().project();
        if (report.troubles().isEmpty() || build.state() == BuildState.CANCELLED) {
            var branch = build.spec().source().revision().name();
            return "%s - %s: build %s %s".formatted(project, branch, build.id(), verdict(build.state()));
        }
        var first = report.troubles().getFirst().task();
        var others = report.troubles().size() - 1;
        var tasks = others == 0 ? first.name() : "%s and %d more".formatted(first.name(), others);
        return "%s - task %s %s (build %s)".formatted(project, tasks, verdict(first.state()), build.id());
    }

    private static String verdict(BuildState state) {
        return switch (state) {
            case SUCCEEDED -> "succeeded";
            case FAILED -> "failed";
            case TIMED_OUT -> "timed out";
            case CANCELLED -> "was cancelled";
            case INFRA_ERROR -> "failed through the farm's own fault";
            case QUEUED -> "is queued";
            case RUNNING -> "is running";
        };
    }

    private static String verdict(TaskState state) {
        return switch (state) {
            case TIMED_OUT -> verdict(BuildState.TIMED_OUT);
            case INFRA_ERROR -> verdict(BuildState.INFRA_ERROR);
            case WAITING, QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, SKIPPED -> verdict(BuildState.FAILED);
        };
    }

    private static List<Fact> facts(Report report, Message message) {
        var build = report.build();
        var spec = build.spec();
        var revision = spec.source().revision();
        var facts = new ArrayList<Fact>();
        var commit =
                revision.commit().substring(0, Math.min(12, revision.commit().length()));
        var where = revision.name().equals(commit) ? commit : revision.name() + ", " + commit;
        add(facts, "Revision", revision.uncommitted() ? where + ", with uncommitted changes" : where);
        add(facts, "Commit", revision.subject());
        add(facts, "Options", values(spec.options()));
        add(facts, "Matrix", values(spec.matrix()));
        add(facts, "Tasks", String.join(", ", spec.tasks()));
        spec.command().ifPresent(command -> add(facts, "Command", command.run()));
        add(
                facts,
                "Asked for by",
                report.requests().stream()
                        .map(RequestRecord::requester)
                        .distinct()
                        .collect(Collectors.joining(", ")));
        took(build).ifPresent(time -> add(facts, "Took", Durations.words(time)));
        add(facts, "Note", build.note());
        mine(report, message).ifPresent(request -> {
            add(facts, "Artifacts", request.out().map(Object::toString).orElse(""));
            add(facts, "Delivery", request.note());
        });
        return List.copyOf(facts);
    }

    private static Optional<RequestRecord> mine(Report report, Message message) {
        var good = report.build().state() == BuildState.SUCCEEDED;
        return report.requests().stream()
                .filter(request -> good && message.notice().request().equals(Optional.of(request.id())))
                .findFirst();
    }

    private static Optional<Duration> took(BuildRecord build) {
        return build.started().flatMap(start -> build.ended().map(end -> Duration.between(start, end)));
    }

    private static void add(List<Fact> facts, String label, String text) {
        if (!text.isBlank()) {
            facts.add(new Fact(label, line(text)));
        }
    }

    private static String values(Map<String, String> values) {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static Row row(TaskRecord task) {
        var ran = task.times().started().isPresent() && task.times().ended().isPresent();
        var time = ran ? Durations.words(task.took(task.times().ended().get())) : "";
        return new Row(line(task.name()), task.state(), time, task.how().cached() ? "cached" : line(task.worker()));
    }

    private static Section section(Trouble trouble) {
        var how = trouble.task().how();
        var why = how.note().isEmpty() && how.exitCode() >= 0 ? "Exit code " + how.exitCode() : how.note();
        return new Section(line(trouble.task().name()), line(why), trouble.excerpt());
    }

    /// What comes from outside must not end a header or a line, nor turn the direction of the text.
    private static String line(String text) {
        var plain = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\x{85}\\x{2028}\\x{2029}]+", " ")
                .strip();
        return plain.codePointCount(0, plain.length()) <= MAX_TEXT
                ? plain
                : plain.substring(0, plain.offsetByCodePoints(0, MAX_TEXT)) + "…";
    }
}
