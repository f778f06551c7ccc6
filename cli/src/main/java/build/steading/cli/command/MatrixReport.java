// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildState;
import build.steading.build.Durations;
import build.steading.build.RequestRecord;
import build.steading.build.TaskState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Says in one table, or one array, what became of the builds of a matrix.
final class MatrixReport {
    private static final List<String> HEAD = List.of("combination", "build", "verdict", "time", "where");

    private final Console console;
    private final List<Row> rows = new ArrayList<>();

    /// One build that was asked for.
    private record Row(Wish wish, RequestRecord request) {}

    MatrixReport(Console console) {
        this.console = console;
    }

    void add(Wish wish, RequestRecord request) {
        rows.add(new Row(wish, request));
    }

    /// @param ended all builds of the rows
    /// @param answers the requests of the rows as they are now
    void print(Map<BuildId, BuildRecord> ended, Map<Long, RequestRecord> answers, boolean json) {
        if (json) {
            console.result(
                    "%s",
                    Json.text(rows.stream()
                            .map(row -> json(row, build(row, ended), answer(row, answers)))
                            .toList()));
            return;
        }
        var table = new ArrayList<List<String>>();
        table.add(HEAD);
        rows.forEach(row -> table.add(cells(row, build(row, ended), answer(row, answers))));
        var widths = HEAD.stream()
                .mapToInt(head -> table.stream()
                        .mapToInt(cells -> cells.get(HEAD.indexOf(head)).length())
                        .max()
                        .orElse(0))
                .toArray();
        for (var line = 0; line < table.size(); line++) {
            var cells = table.get(line);
            var text = new StringBuilder();
            for (var column = 0; column < widths.length - 1; column++) {
                text.append(cells.get(column))
                        .repeat(" ", widths[column] - cells.get(column).length() + 2);
            }
            var style = line == 0
                    ? Style.FAINT
                    : Follower.style(build(rows.get(line - 1), ended).state());
            console.result("%s%s", console.style(style, text.toString()), cells.getLast());
        }
    }

    private static BuildRecord build(Row row, Map<BuildId, BuildRecord> ended) {
        var build = ended.get(row.request().build());
        if (build == null) {
            throw new IllegalStateException(
                    "Build %s has not ended".formatted(row.request().build()));
        }
        return build;
    }

    private static RequestRecord answer(Row row, Map<Long, RequestRecord> answers) {
        return answers.getOrDefault(row.request().id(), row.request());
    }

    private static String label(Row row) {
        return row.wish().combination().map(Combination::label).orElse("");
    }

    private List<String> cells(Row row, BuildRecord build, RequestRecord answer) {
        return List.of(
                label(row),
                build.id().toString(),
                Report.word(build.state()),
                Durations.words(took(build)),
                where(build, answer));
    }

    private String where(BuildRecord build, RequestRecord answer) {
        if (!answer.note().isEmpty()) {
            return answer.note();
        }
        if (build.state() == BuildState.SUCCEEDED) {
            return answer.out().map(console::shown).orElse("");
        }
        return build.tasks().stream()
                .filter(task -> task.state() == TaskState.FAILED || task.state() == TaskState.TIMED_OUT)
                .findFirst()
                .map(task -> "`steading log %d '%s'`".formatted(build.id().value(), task.name()))
                .orElse(build.note());
    }

    private static Duration took(BuildRecord build) {
        return build.ended().map(end -> Duration.between(build.created(), end)).orElse(Duration.ZERO);
    }

    private static Map<String, Object> json(Row row, BuildRecord build, RequestRecord answer) {
        var json = new LinkedHashMap<String, Object>();
        json.put(
                "combination", row.wish().combination().map(Combination::values).orElseGet(LinkedHashMap::new));
        json.put("build", build.id().value());
        json.put("revision", build.spec().source().revision().name());
        json.put("commit", build.spec().source().revision().commit());
        json.put("state", Json.word(build.state()));
        json.put("note", build.note());
        json.put("seconds", took(build).toMillis() / 1000.0);
        answer.out().map(Path::toString).ifPresent(out -> json.put("out", out));
        json.put("answer", Json.word(answer.state()));
        return json;
    }
}
