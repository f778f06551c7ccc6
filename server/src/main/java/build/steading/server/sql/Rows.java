// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.digest.Digest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// How values of ours stand in columns: see the head of the first migration.
final class Rows {
    private Rows() {}

    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    static Instant time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        return time(row.getLong(column));
    }

    static Optional<Instant> optionalTime(ResultSet row, String column) throws SQLException {
        var micros = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(time(micros));
    }

    static Optional<Digest> optionalDigest(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Digest::parse);
    }

    static void set(PreparedStatement statement, int index, Optional<?> value) throws SQLException {
        if (value.isEmpty()) {
            statement.setNull(index, Types.NULL);
        } else if (value.get() instanceof Instant time) {
            statement.setLong(index, micros(time));
        } else {
            statement.setString(index, value.get().toString());
        }
    }
}
