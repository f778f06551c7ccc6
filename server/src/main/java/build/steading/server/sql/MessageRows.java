// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.Notice;
import build.steading.notify.Message;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How messages stand in rows.
final class MessageRows {
    private MessageRows() {}

    /// Adds messages that are due at once, but none twice.
    static void insert(Connection connection, BuildRecord build, List<Notice> notices) throws SQLException {
        var created = Rows.micros(build.ended().orElse(build.created()));
        try (var statement = connection.prepareStatement(
                "INSERT INTO messages (dedup_key, build, channel, recipient, request, lane, created, state, tries, due,"
                        + " error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '') ON CONFLICT (dedup_key) DO NOTHING")) {
            for (var notice : notices) {
                statement.setString(1, notice.key(build.id()));
                statement.setLong(2, build.id().value());
                statement.setString(3, notice.channel().name());
                statement.setString(4, notice.recipient());
                if (notice.request().isPresent()) {
                    statement.setLong(5, notice.request().get());
                } else {
                    Rows.set(statement, 5, Optional.empty());
                }
                statement.setString(6, notice.lane());
                statement.setLong(7, created);
                statement.setString(8, Message.State.PENDING.name());
                statement.setLong(9, created);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    static void update(Connection connection, Message message) throws SQLException {
        try (var statement = connection.prepareStatement(
                "UPDATE messages SET state = ?, tries = ?, due = ?, error = ? WHERE id = ?")) {
            statement.setString(1, message.state().name());
            statement.setInt(2, message.tries());
            statement.setLong(3, Rows.micros(message.due()));
            statement.setString(4, message.error());
            statement.setLong(5, message.id());
            statement.executeUpdate();
        }
    }

    static List<Message> query(PreparedStatement statement) throws SQLException {
        try (var rows = statement.executeQuery()) {
            var messages = new ArrayList<Message>();
            while (rows.next()) {
                messages.add(message(rows));
            }
            return messages;
        }
    }

    private static Message message(ResultSet row) throws SQLException {
        var number = row.getLong("request");
        Optional<Long> request = row.wasNull() ? Optional.empty() : Optional.of(number);
        var notice = new Notice(Notice.Channel.valueOf(row.getString("channel")), row.getString("recipient"), request);
        return new Message(
                row.getLong("id"),
                new BuildId(row.getLong("build")),
                notice,
                Rows.time(row, "created"),
                Message.State.valueOf(row.getString("state")),
                row.getInt("tries"),
                Rows.time(row, "due"),
                row.getString("error"));
    }

    static Optional<Instant> earliest(PreparedStatement statement) throws SQLException {
        try (var rows = statement.executeQuery()) {
            return rows.next() ? Rows.optionalTime(rows, "earliest") : Optional.empty();
        }
    }
}
