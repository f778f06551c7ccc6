// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import build.steading.build.BuildId;
import build.steading.build.BuildRecords;
import build.steading.build.BuildRecords.Query;
import build.steading.build.BuildState;
import build.steading.build.Notice;
import build.steading.notify.Examples;
import build.steading.notify.Outbox;
import build.steading.notify.OutboxContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutboxTest extends OutboxContract {
    private static final Notice ANN = new Notice(Notice.Channel.MAIL, "ann@example.org", Optional.of(1L));

    @TempDir
    private Path directory;

    private SqliteDatabase database;

    @BeforeEach
    void open() {
        database = new SqliteDatabase(directory.resolve("records.db"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Override
    protected BuildRecords records() {
        return new SqliteBuildRecords(database);
    }

    @Override
    protected Outbox outbox() {
        return new SqliteOutbox(database);
    }

    @Test
    void messagesAreThereAfterReopening() {
        var request = records().open(Examples.fresh(), Examples.request(0, "ann", "ann@example.org"));
        records().save(Examples.ended(request.build(), BuildState.SUCCEEDED, Examples.NOW), List.of(), List.of(ANN));
        var cutOff = outbox().take(Examples.NOW, Set.of(), 1).getFirst();
        database.close();
        open();

        assertThat(outbox().take(Examples.NOW, Set.of(), 1))
                .singleElement()
                .satisfies(again -> assertThat(again.fingerprint()).isEqualTo(cutOff.fingerprint()));
        assertThat(records().requests(request.build()).getFirst().email()).contains("ann@example.org");
    }

    @Test
    void endThatCannotBeStoredLeavesNoMessage() {
        var unknown = Examples.ended(new BuildId(7), BuildState.SUCCEEDED, Examples.NOW);

        assertThat(catchThrowable(() -> records().save(unknown, List.of(), List.of(ANN))))
                .hasMessageContaining("FOREIGN KEY");
        assertThat(outbox().nextDue(Set.of())).isEmpty();
    }

    @Test
    void recordsOfTheFirstVersionAreKept() throws Exception {
        var file = directory.resolve("old.db");
        writeFirstVersion(file);
        try (var old = new SqliteDatabase(file)) {
            var records = new SqliteBuildRecords(old);
            var build = records.builds(new Query.Unfinished()).getFirst();
            var request = records.requests(build.id()).getFirst();

            assertThat(build.spec()).isEqualTo(Examples.spec());
            assertThat(request.requester()).isEqualTo("ann");
            assertThat(request.email()).isEmpty();
            records.save(Examples.ended(build.id(), BuildState.FAILED, Examples.NOW), List.of(request), List.of(ANN));
            assertThat(new SqliteOutbox(old).take(Examples.NOW, Set.of(), 9)).hasSize(1);
        }
    }

    private static void writeFirstVersion(Path file) throws SQLException, IOException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var script = SqliteDatabase.class.getResourceAsStream("V1.sql")) {
            for (var sql : new String(script.readAllBytes(), StandardCharsets.UTF_8).split(";\\s*\n", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
            statement.execute("PRAGMA user_version = 1");
            try (var insert = connection.prepareStatement(
                    "INSERT INTO builds (repository, spec, state, note, created) VALUES ('/repository', ?, 'QUEUED',"
                            + " '', 1)")) {
                insert.setBytes(1, BuildSpecs.encode(Examples.spec()));
                insert.executeUpdate();
            }
            statement.execute("INSERT INTO requests (build, requester, revision, joined, time, state, note)"
                    + " VALUES (1, 'ann', 'main', 0, 1, 'OPEN', '')");
        }
    }
}
