// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.build.WarmRecords;
import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Keeps what is known of warm directories in SQLite: for each task the newest few. Thread-safe.
public final class SqliteWarmRecords implements WarmRecords {
    private final SqliteDatabase database;
    private final InstantSource clock;
    private final int keptPerTask;

    /// @param keptPerTask how many runs of one task are remembered
    public SqliteWarmRecords(SqliteDatabase database, InstantSource clock, int keptPerTask) {
        this.database = database;
        this.clock = clock;
        this.keptPerTask = keptPerTask;
    }

    @Override
    public List<WarmDirectory> nearest(String task, List<String> commits) {
        return database.read(connection -> {
            for (var commit : commits) {
                var found = find(connection, task, commit);
                if (!found.isEmpty()) {
                    return found;
                }
            }
            return List.of();
        });
    }

    private static List<WarmDirectory> find(Connection connection, String task, String commit) throws SQLException {
        try (var statement = connection.prepareStatement(
                "SELECT path, tree, input_root FROM warm WHERE task = ? AND commit_id = ?")) {
            statement.setString(1, task);
            statement.setString(2, commit);
            try (var rows = statement.executeQuery()) {
                var found = new ArrayList<WarmDirectory>();
                while (rows.next()) {
                    found.add(new WarmDirectory(
                            rows.getString(1), Digest.parse(rows.getString(2)), Digest.parse(rows.getString(3))));
                }
                return found;
            }
        }
    }

    @Override
    public void save(String task, String commit, List<WarmDirectory> directories) {
        database.write(connection -> {
            for (var directory : directories) {
                insert(connection, task, commit, directory);
            }
            forgetOldest(connection, task);
            return directories.size();
        });
    }

    private void insert(Connection connection, String task, String commit, WarmDirectory directory)
            throws SQLException {
        try (var statement = connection.prepareStatement(
                "INSERT OR REPLACE INTO warm (task, commit_id, path, tree, input_root, saved)"
                        + " VALUES (?, ?, ?, ?, ?, ?)")) {
            statement.setString(1, task);
            statement.setString(2, commit);
            statement.setString(3, directory.path());
            statement.setString(4, directory.tree().toString());
            statement.setString(5, directory.inputRoot().toString());
            statement.setLong(6, Rows.micros(clock.instant()));
            statement.executeUpdate();
        }
    }

    private void forgetOldest(Connection connection, String task) throws SQLException {
        try (var statement = connection.prepareStatement(
                "DELETE FROM warm WHERE task = ?1 AND commit_id NOT IN (SELECT commit_id FROM warm WHERE task = ?1"
                        + " GROUP BY commit_id ORDER BY max(saved) DESC LIMIT ?2)")) {
            statement.setString(1, task);
            statement.setInt(2, keptPerTask);
            statement.executeUpdate();
        }
    }
}
