// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.api.v1.Source;
import build.steading.build.BuildId;
import build.steading.build.BuildRecords;
import build.steading.build.BuildRecordsContract;
import build.steading.build.Priority;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteBuildRecordsTest extends BuildRecordsContract {
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

    @Test
    void whatWasWrittenIsThereAfterReopening() {
        database.write(connection -> connection.createStatement().execute("CREATE TABLE t (x)"));
        database.write(connection -> connection.createStatement().execute("INSERT INTO t VALUES (42)"));
        database.close();

        open();
        int found = database.read(connection ->
                connection.createStatement().executeQuery("SELECT x FROM t").getInt(1));
        assertThat(found).isEqualTo(42);
    }

    @Test
    void failingWriteFailsAloneThoughItSharesATransaction() {
        database.write(connection -> connection.createStatement().execute("CREATE TABLE t (x UNIQUE)"));
        var refused = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 50; i++) {
                var value = i / 2;
                threads.execute(() -> {
                    try {
                        database.write(connection -> connection
                                .createStatement()
                                .executeUpdate("INSERT INTO t VALUES (%d)".formatted(value)));
                    } catch (SteadingException _) {
                        refused.incrementAndGet();
                    }
                });
            }
        }

        assertThat(refused).hasValue(25);
        int count = database.read(connection -> connection
                .createStatement()
                .executeQuery("SELECT count(*) FROM t")
                .getInt(1));
        assertThat(count).isEqualTo(25);
    }

    @Test
    void failureOfTheDatabaseNamesTheFile() {
        assertThatThrownBy(() -> database.write(connection -> {
                    throw new SQLException("disk I/O error");
                }))
                .isInstanceOfSatisfying(SteadingException.class, e -> {
                    assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class);
                    assertThat(e.failure().message()).contains("records.db", "disk I/O error");
                });
    }

    @Test
    void buildsThatStandInAreFoundByIndexes() {
        assertThat(plan(SqliteBuildRecords.SELECT_IN_PLACE))
                .contains("builds USING INDEX builds_by_recipe (recipe=?)")
                .contains("wanted USING AUTOMATIC COVERING INDEX (commit_id=?)");
    }

    @Test
    void whatBelongsToBuildsIsFoundByIndexes() {
        assertThat(plan(SqliteBuildRecords.SELECT_REQUESTS))
                .contains("requests USING INDEX requests_by_build (build=?)");
        assertThat(plan(SqliteBuildRecords.SELECT_TASKS)).contains("tasks USING PRIMARY KEY (build=?)");
    }

    private String plan(String query) {
        return database.read(connection -> {
            try (var rows = connection.createStatement().executeQuery("EXPLAIN QUERY PLAN " + query)) {
                var text = new StringBuilder();
                while (rows.next()) {
                    text.append(rows.getString("detail")).append('\n');
                }
                return text.toString();
            }
        });
    }

    @Test
    void rowsOfAnEarlierSteadingAreReadable() {
        var old = build.steading.api.v1.BuildSpec.newBuilder()
                .setProject("lua")
                .setRoot(Digests.toProto(Digest.EMPTY))
                .setSource(Source.newBuilder().setRepository("/r").setCommit("c"));
        database.write(connection -> {
            try (var build = connection.prepareStatement("INSERT INTO builds (repository, spec, state, note, created)"
                    + " VALUES ('/r', ?, 'SUCCEEDED', '', 0)")) {
                build.setBytes(1, old.build().toByteArray());
                build.executeUpdate();
            }
            return connection
                    .createStatement()
                    .executeUpdate("INSERT INTO requests (build, requester, revision, joined, time, state, note)"
                            + " VALUES (1, 'ann', 'main', 0, 0, 'ANSWERED', '')");
        });

        assertThat(records().builds(new BuildRecords.Query.Recent(1, Optional.empty())))
                .singleElement()
                .satisfies(build -> assertThat(build.spec().source().origin()).isEqualTo("/r"));
        assertThat(records().requests(new BuildId(1)))
                .singleElement()
                .satisfies(request -> assertThat(request.priority()).isEqualTo(Priority.INTERACTIVE));
    }

    @Test
    void databaseOfANewerSteadingIsLeftAlone() throws Exception {
        database.write(connection -> connection.createStatement().execute("PRAGMA user_version = 99"));
        database.close();
        var before = Files.readAllBytes(directory.resolve("records.db"));

        assertThatThrownBy(this::open).hasMessageContaining("newer Steading");
        assertThat(Files.readAllBytes(directory.resolve("records.db"))).isEqualTo(before);
        Files.delete(directory.resolve("records.db"));
        open();
    }
}
