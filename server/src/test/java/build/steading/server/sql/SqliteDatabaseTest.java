// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
    @TempDir
    private Path directory;

    private SqliteDatabase database;

    @BeforeEach
    void open() {
        database = new SqliteDatabase(directory.resolve("records.db"));
        execute("CREATE TABLE t (n INTEGER, content BLOB)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void execute(String... statements) {
        var _ = database.write(connection -> {
            try (var statement = connection.createStatement()) {
                for (var sql : statements) {
                    statement.execute(sql);
                }
                return "";
            }
        });
    }

    private int pages() {
        return number("PRAGMA page_count");
    }

    private int number(String sql) {
        return database.read(connection -> number(connection, sql));
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.getInt(1);
        }
    }

    /// Whatever SQLite has undone by itself then.
    @Test
    void nothingIsStoredWhileTheDiskIsFullAndEverythingAfterwards() {
        execute("PRAGMA max_page_count = " + (pages() + 4));

        for (var i = 0; i < 2; i++) {
            assertThatThrownBy(() ->
                            execute("INSERT INTO t VALUES (1, '')", "INSERT INTO t VALUES (2, zeroblob(1000000))"))
                    .isInstanceOfSatisfying(SteadingException.class, e -> {
                        assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class);
                        assertThat(e.failure().message()).contains("full");
                    });
        }
        assertThat(number("SELECT count(*) FROM t")).isZero();
        execute("PRAGMA max_page_count = 100000");
        execute("INSERT INTO t VALUES (3, zeroblob(1000000))");

        assertThat(number("SELECT count(*) FROM t")).isEqualTo(1);
        assertThat(number("SELECT n FROM t")).isEqualTo(3);
    }
}
