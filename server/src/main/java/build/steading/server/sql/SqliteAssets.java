// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.digest.Digest;
import build.steading.server.asset.AssetRecords;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Remembers in SQLite what addresses stand for: those that were stored last. Thread-safe.
public final class SqliteAssets implements AssetRecords {
    private final SqliteDatabase database;
    private final int maxAssets;

    /// @param maxAssets how many are remembered
    public SqliteAssets(SqliteDatabase database, int maxAssets) {
        this.database = database;
        this.maxAssets = maxAssets;
    }

    @Override
    public Optional<Asset> find(String key) {
        return database.read(connection -> {
            try (var statement =
                    connection.prepareStatement("SELECT digest, since, expires FROM assets WHERE key = ?")) {
                statement.setString(1, key);
                try (var row = statement.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Asset(
                                    Digest.parse(row.getString("digest")),
                                    Rows.time(row, "since"),
                                    Rows.optionalTime(row, "expires")))
                            : Optional.<Asset>empty();
                }
            }
        });
    }

    @Override
    public void save(List<String> keys, Asset asset) {
        database.write(connection -> {
            for (var key : keys) {
                insert(connection, key, asset);
            }
            forgetOldest(connection);
            return keys.size();
        });
    }

    private static void insert(Connection connection, String key, Asset asset) throws SQLException {
        try (var statement = connection.prepareStatement(
                "INSERT OR REPLACE INTO assets (key, digest, since, expires) VALUES (?, ?, ?, ?)")) {
            statement.setString(1, key);
            statement.setString(2, asset.digest().toString());
            statement.setLong(3, Rows.micros(asset.since()));
            Rows.set(statement, 4, asset.expires());
            statement.executeUpdate();
        }
    }

    /// Ids only grow, so that this looks at no more rows than it deletes.
    private void forgetOldest(Connection connection) throws SQLException {
        try (var statement =
                connection.prepareStatement("DELETE FROM assets WHERE id <= (SELECT max(id) FROM assets) - ?")) {
            statement.setInt(1, maxAssets);
            statement.executeUpdate();
        }
    }
}
