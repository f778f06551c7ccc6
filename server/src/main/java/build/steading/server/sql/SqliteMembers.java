// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.auth.Fingerprint;
import build.steading.auth.Identity;
import build.steading.auth.Member;
import build.steading.auth.MemberState;
import build.steading.auth.Members;
import build.steading.auth.Role;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Keeps members in SQLite. Thread-safe.
public final class SqliteMembers implements Members {
    private final SqliteDatabase database;

    /// One change of at most one row.
    @FunctionalInterface
    private interface Parameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    public SqliteMembers(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public List<Member> all() {
        return database.read(connection -> {
            try (var statement = connection.prepareStatement(
                    "SELECT role, name, key, issued, expires, state, seen, token FROM members ORDER BY name, role")) {
                var found = new ArrayList<Member>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(member(rows));
                    }
                }
                return found;
            }
        });
    }

    @Override
    public boolean add(Member member) {
        return change(
                "INSERT OR IGNORE INTO members (key, issued, expires, state, token, role, name, seen)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                statement -> {
                    setValues(statement, member);
                    setIdentity(statement, 6, member.identity());
                    Rows.set(statement, 8, member.seen());
                });
    }

    @Override
    public boolean replace(Member before, Member after) {
        return change(
                "UPDATE members SET key = ?, issued = ?, expires = ?, state = ?, token = ?"
                        + " WHERE role = ? AND name = ? AND key = ? AND issued = ? AND expires = ? AND state = ?"
                        + " AND token = ?",
                statement -> {
                    setValues(statement, after);
                    setIdentity(statement, 6, before.identity());
                    statement.setString(8, before.key().hex());
                    statement.setLong(9, Rows.micros(before.issued()));
                    statement.setLong(10, Rows.micros(before.expires()));
                    statement.setString(11, before.state().name());
                    statement.setString(12, before.token());
                });
    }

    @Override
    public boolean remove(Identity identity) {
        return change(
                "DELETE FROM members WHERE role = ? AND name = ?", statement -> setIdentity(statement, 1, identity));
    }

    @Override
    public void seen(Identity identity, Instant time) {
        change("UPDATE members SET seen = ? WHERE role = ? AND name = ?", statement -> {
            statement.setLong(1, Rows.micros(time));
            setIdentity(statement, 2, identity);
        });
    }

    private boolean change(String sql, Parameters parameters) {
        return database.write(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                parameters.set(statement);
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static void setValues(PreparedStatement statement, Member member) throws SQLException {
        statement.setString(1, member.key().hex());
        statement.setLong(2, Rows.micros(member.issued()));
        statement.setLong(3, Rows.micros(member.expires()));
        statement.setString(4, member.state().name());
        statement.setString(5, member.token());
    }

    private static void setIdentity(PreparedStatement statement, int index, Identity identity) throws SQLException {
        statement.setString(index, identity.role().name());
        statement.setString(index + 1, identity.name());
    }

    private static Member member(ResultSet row) throws SQLException {
        return new Member(
                new Identity(row.getString("name"), Role.valueOf(row.getString("role"))),
                new Fingerprint(row.getString("key")),
                Rows.time(row, "issued"),
                Rows.time(row, "expires"),
                MemberState.valueOf(row.getString("state")),
                Rows.optionalTime(row, "seen"),
                row.getString("token"));
    }
}
