// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.build.TaskHistory;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// Reads out of the records in SQLite how long tasks took. Thread-safe.
public final class SqliteTaskHistory implements TaskHistory {
    static final String RUNS = "SELECT ended - started FROM tasks WHERE project = ? AND name = ?"
            + " AND state = 'SUCCEEDED' AND cached = 0 AND joined = 0 AND started IS NOT NULL"
            + " ORDER BY ended DESC LIMIT ?";

    private final SqliteDatabase database;

    public SqliteTaskHistory(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public List<Duration> runs(String project, String task, int limit) {
        return database.read(connection -> {
            try (var statement = connection.prepareStatement(RUNS)) {
                statement.setString(1, project);
                statement.setString(2, task);
                statement.setInt(3, limit);
                try (var rows = statement.executeQuery()) {
                    var runs = new ArrayList<Duration>();
                    while (rows.next()) {
                        runs.add(Duration.of(rows.getLong(1), ChronoUnit.MICROS));
                    }
                    return runs;
                }
            }
        });
    }
}
