// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.notify.Message;
import build.steading.notify.Outbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Keeps messages in SQLite, beside the builds that they are about. Thread-safe.
public final class SqliteOutbox implements Outbox {
    private static final String UNSENT = "state IN ('PENDING', 'SENDING')";

    private final SqliteDatabase database;

    public SqliteOutbox(SqliteDatabase database) {
        this.database = database;
    }

    /// Looks before it writes: mostly there is nothing.
    @Override
    public List<Message> take(Instant now, Set<String> busy, int limit) {
        if (limit <= 0) {
            return List.of();
        }
        var due = database.read(connection -> due(connection, now, busy, limit));
        return due.isEmpty() ? due : database.write(connection -> begin(connection, due));
    }

    private static List<Message> due(Connection connection, Instant now, Set<String> busy, int limit)
            throws SQLException {
        var sql = "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY lane ORDER BY due, id) AS place"
                + " FROM messages WHERE " + UNSENT + " AND due <= ? AND " + notIn(busy)
                + ") WHERE place = 1 ORDER BY due, id LIMIT ?";
        try (var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, Rows.micros(now));
            var next = setAll(statement, 2, busy);
            statement.setInt(next, limit);
            return MessageRows.query(statement);
        }
    }

    private static List<Message> begin(Connection connection, List<Message> due) throws SQLException {
        var begun = new ArrayList<Message>();
        for (var message : due) {
            var sending = message.sending();
            MessageRows.update(connection, sending);
            begun.add(sending);
        }
        return begun;
    }

    @Override
    public void save(Message message) {
        database.write(connection -> {
            MessageRows.update(connection, message);
            return message;
        });
    }

    @Override
    public Optional<Instant> nextDue(Set<String> busy) {
        return database.read(connection -> {
            var sql = "SELECT min(due) AS earliest FROM messages WHERE " + UNSENT + " AND " + notIn(busy);
            try (var statement = connection.prepareStatement(sql)) {
                var _ = setAll(statement, 1, busy);
                return MessageRows.earliest(statement);
            }
        });
    }

    @Override
    public Summary summary(int failed) {
        return database.read(connection -> {
            var newest = "SELECT * FROM messages WHERE state = 'FAILED' ORDER BY id DESC LIMIT ?";
            try (var statement = connection.prepareStatement(newest)) {
                statement.setInt(1, failed);
                return new Summary(
                        count(connection, UNSENT),
                        count(connection, UNSENT + " AND error <> ''"),
                        count(connection, "state = 'FAILED'"),
                        MessageRows.query(statement));
            }
        });
    }

    private static long count(Connection connection, String condition) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT count(*) FROM messages WHERE " + condition);
                var row = statement.executeQuery()) {
            return row.getLong(1);
        }
    }

    private static String notIn(Set<String> lanes) {
        return "lane NOT IN (" + String.join(", ", Collections.nCopies(lanes.size(), "?")) + ")";
    }

    /// @return the next free index
    private static int setAll(PreparedStatement statement, int first, Set<String> texts) throws SQLException {
        var index = first;
        for (var text : texts) {
            statement.setString(index++, text);
        }
        return index;
    }
}
