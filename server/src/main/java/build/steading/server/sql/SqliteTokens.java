// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.auth.Role;
import build.steading.auth.Token;
import build.steading.auth.Token.Use;
import build.steading.auth.TokenTerms;
import build.steading.auth.Tokens;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Keeps tokens in SQLite. Thread-safe.
public final class SqliteTokens implements Tokens {
    private static final String SELECT = "SELECT id, hash, kind, role, name, replaces, uses, used, life, creator,"
            + " created, last_user, last_used FROM tokens";

    private final SqliteDatabase database;

    public SqliteTokens(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public List<Token> all() {
        return database.read(connection -> {
            try (var statement = connection.prepareStatement(SELECT + " ORDER BY created, id")) {
                var found = new ArrayList<Token>();
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(token(rows));
                    }
                }
                return found;
            }
        });
    }

    @Override
    public void add(Token token) {
        database.write(connection -> {
            try (var statement = connection.prepareStatement(
                    "INSERT INTO tokens (id, hash, kind, role, name, replaces, uses, used, life, creator, created,"
                            + " last_user, last_used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
                var terms = token.terms();
                statement.setString(1, token.id());
                statement.setString(2, token.hash());
                statement.setString(3, terms.kind().name());
                statement.setString(4, terms.role().name());
                Rows.set(statement, 5, terms.name());
                statement.setBoolean(6, terms.replaces());
                statement.setInt(7, terms.uses());
                statement.setInt(8, token.used());
                statement.setLong(9, ChronoUnit.MICROS.between(token.created(), token.expires()));
                statement.setString(10, token.creator());
                statement.setLong(11, Rows.micros(token.created()));
                Rows.set(statement, 12, token.lastUse().map(Use::name));
                Rows.set(statement, 13, token.lastUse().map(Use::at));
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public Optional<Token> use(String id, Use use) {
        return database.write(connection -> {
            try (var statement = connection.prepareStatement("UPDATE tokens SET used = used + 1, last_user = ?,"
                    + " last_used = ? WHERE id = ? AND used < uses")) {
                statement.setString(1, use.name());
                statement.setLong(2, Rows.micros(use.at()));
                statement.setString(3, id);
                return statement.executeUpdate() == 1 ? find(connection, id) : Optional.<Token>empty();
            }
        });
    }

    @Override
    public boolean remove(String id) {
        return database.write(connection -> {
            try (var statement = connection.prepareStatement("DELETE FROM tokens WHERE id = ?")) {
                statement.setString(1, id);
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static Optional<Token> find(Connection connection, String id) throws SQLException {
        try (var statement = connection.prepareStatement(SELECT + " WHERE id = ?")) {
            statement.setString(1, id);
            try (var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(token(rows)) : Optional.empty();
            }
        }
    }

    private static Token token(ResultSet row) throws SQLException {
        var terms = new TokenTerms(
                TokenTerms.Kind.valueOf(row.getString("kind")),
                Role.valueOf(row.getString("role")),
                Optional.ofNullable(row.getString("name")),
                row.getBoolean("replaces"),
                row.getInt("uses"),
                Duration.of(row.getLong("life"), ChronoUnit.MICROS));
        var lastUser = Optional.ofNullable(row.getString("last_user"));
        var lastUsed = Rows.time(row, "last_used");
        return new Token(
                row.getString("id"),
                row.getString("hash"),
                terms,
                row.getString("creator"),
                Rows.time(row, "created"),
                row.getInt("used"),
                lastUser.map(name -> new Use(name, lastUsed)));
    }
}
