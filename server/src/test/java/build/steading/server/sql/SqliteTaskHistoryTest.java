// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.build.TaskRecord.Ending;
import build.steading.build.TaskRecord.Times;
import build.steading.build.TaskState;
import build.steading.digest.Digest;
import build.steading.source.Revision;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteTaskHistoryTest {
    private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

    @TempDir
    private Path directory;

    private SqliteDatabase database;
    private SqliteBuildRecords records;
    private SqliteTaskHistory history;

    @BeforeEach
    void open() {
        database = new SqliteDatabase(directory.resolve("records.db"));
        records = new SqliteBuildRecords(database);
        history = new SqliteTaskHistory(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static TaskRecord task(Ending how, Instant start, Duration took) {
        var times = new Times(Optional.of(start), Optional.of(start), Optional.of(start.plus(took)));
        return new TaskRecord("compile[cc=gcc]", how, Optional.empty(), "w", times, Optional.empty(), Optional.empty());
    }

    private void save(String project, TaskRecord task) {
        var revision = new Revision("c".repeat(40), "t".repeat(40), "main", false, NOW, "Subject");
        var spec = BuildSpec.of(project, new SourceRef("/r", "", "", revision), Digest.EMPTY);
        var none = Optional.<Instant>empty();
        var fresh = new BuildRecord(
                new BuildId(0), spec, BuildState.QUEUED, "", NOW, none, none, Optional.empty(), List.of());
        var request = new RequestRecord(
                0,
                new BuildId(0),
                "ann",
                Optional.empty(),
                "main",
                false,
                NOW,
                Priority.BULK,
                Optional.empty(),
                RequestRecord.State.OPEN,
                "",
                "");
        var id = records.open(fresh, request).build();
        var ended = new BuildRecord(
                id,
                spec,
                BuildState.SUCCEEDED,
                "",
                NOW,
                Optional.of(NOW),
                Optional.of(NOW),
                Optional.empty(),
                List.of(task));
        records.save(ended, List.of(), List.of());
    }

    private static Ending ending(TaskState state, boolean cached, boolean joined) {
        return new Ending(state, 0, cached, joined, "");
    }

    @Test
    void lastRunsComeFirst() {
        var good = ending(TaskState.SUCCEEDED, false, false);
        save("lua", task(good, NOW, Duration.ofSeconds(1)));
        save("lua", task(good, NOW.plusSeconds(10), Duration.ofMillis(2500)));
        save("lua", task(good, NOW.plusSeconds(20), Duration.ofSeconds(3)));

        assertThat(history.runs("lua", "compile[cc=gcc]", 2))
                .containsExactly(Duration.ofSeconds(3), Duration.ofMillis(2500));
    }

    @Test
    void onlySuccessfulRunsOfTheTaskItselfCount() {
        save("lua", task(ending(TaskState.FAILED, false, false), NOW, Duration.ofSeconds(1)));
        save("lua", task(ending(TaskState.SUCCEEDED, true, false), NOW, Duration.ofSeconds(2)));
        save("lua", task(ending(TaskState.SUCCEEDED, false, true), NOW, Duration.ofSeconds(3)));
        save("zlib", task(ending(TaskState.SUCCEEDED, false, false), NOW, Duration.ofSeconds(4)));

        assertThat(history.runs("lua", "compile[cc=gcc]", 9)).isEmpty();
        assertThat(history.runs("zlib", "compile", 9)).isEmpty();
        assertThat(history.runs("zlib", "compile[cc=gcc]", 9)).containsExactly(Duration.ofSeconds(4));
    }

    @Test
    void questionIsAnsweredByAnIndex() {
        String plan = database.read(connection -> {
            try (var rows = connection
                    .createStatement()
                    .executeQuery("EXPLAIN QUERY PLAN "
                            + SqliteTaskHistory.RUNS.replace("?", "'x'").replace("LIMIT 'x'", "LIMIT 1"))) {
                var text = new StringBuilder();
                while (rows.next()) {
                    text.append(rows.getString("detail")).append('\n');
                }
                return text.toString();
            }
        });

        assertThat(plan).contains("tasks_history (project=? AND name=?)").doesNotContain("TEMP B-TREE");
    }
}
