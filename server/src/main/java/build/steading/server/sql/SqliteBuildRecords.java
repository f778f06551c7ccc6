// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static java.util.stream.Collectors.joining;

import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildRecords;
import build.steading.build.BuildState;
import build.steading.build.Notice;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Keeps builds and requests in SQLite. Thread-safe.
public final class SqliteBuildRecords implements BuildRecords {
    private static final String INSERT_BUILD =
            "INSERT INTO builds (repository, spec, state, note, created, recipe, root, commit_id, line)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String UPDATE_BUILD =
            "UPDATE builds SET state = ?, note = ?, started = ?, ended = ?, artifacts = ? WHERE id = ?";
    private static final String INSERT_TASK =
            "INSERT INTO tasks (build, position, name, state, exit_code, cached, joined, note, action, worker, ready,"
                    + " started, ended, log, outputs, project) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String INSERT_REQUEST =
            "INSERT INTO requests (build, requester, revision, joined, time, out, state, note, key, priority, email)"
                    + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    /// SQLite makes an index of the commits for the duration of the question.
    static final String SELECT_IN_PLACE =
            "WITH wanted (place, commit_id) AS MATERIALIZED (SELECT key, value FROM json_each(?1))"
                    + " SELECT builds.* FROM builds LEFT JOIN wanted USING (commit_id)"
                    + " WHERE recipe = ?2 AND recipe <> '' AND state = 'SUCCEEDED' AND (root = ?3 OR place IS NOT NULL)"
                    + " ORDER BY CASE WHEN root = ?3 THEN -1 ELSE place END, id DESC LIMIT ?4";
    private static final Pattern COMMIT = Pattern.compile("[0-9a-zA-Z]+");
    private static final String SELECT_PREVIOUS = "SELECT * FROM builds WHERE line = ? AND id <> ?"
            + " AND state NOT IN ('QUEUED', 'RUNNING', 'CANCELLED') ORDER BY ended DESC LIMIT 1";

    static final String SELECT_REQUESTS =
            "SELECT * FROM requests WHERE build IN (SELECT value FROM json_each(?)) ORDER BY id";
    static final String SELECT_TASKS =
            "SELECT * FROM tasks WHERE build IN (SELECT value FROM json_each(?)) ORDER BY build, position";

    private final SqliteDatabase database;

    public SqliteBuildRecords(SqliteDatabase database) {
        this.database = database;
    }

    @Override
    public RequestRecord open(BuildRecord build, RequestRecord request) {
        return database.write(connection -> {
            var id = build.id().value() == 0 ? insert(connection, build) : build.id();
            try (var statement = connection.prepareStatement(INSERT_REQUEST, Statement.RETURN_GENERATED_KEYS)) {
                statement.setLong(1, id.value());
                statement.setString(2, request.requester());
                statement.setString(3, request.revision());
                statement.setBoolean(4, request.joined());
                statement.setLong(5, Rows.micros(request.time()));
                Rows.set(statement, 6, request.out());
                statement.setString(7, request.state().name());
                statement.setString(8, request.note());
                Rows.set(statement, 9, Optional.of(request.key()).filter(key -> !key.isEmpty()));
                statement.setString(10, request.priority().name());
                Rows.set(statement, 11, request.email());
                return request.stored(insertedId(statement), id);
            }
        });
    }

    @Override
    public Optional<RequestRecord> request(String key) {
        return database.read(connection -> {
            try (var statement = connection.prepareStatement("SELECT * FROM requests WHERE key = ?")) {
                statement.setString(1, key);
                try (var rows = statement.executeQuery()) {
                    return rows.next() ? Optional.of(request(rows)) : Optional.empty();
                }
            }
        });
    }

    @Override
    public void save(BuildRecord build, List<RequestRecord> requests, List<Notice> notices) {
        database.write(connection -> {
            update(connection, build);
            replaceTasks(connection, build);
            for (var request : requests) {
                update(connection, request);
            }
            MessageRows.insert(connection, build, notices);
            return requests.size();
        });
    }

    @Override
    public List<BuildRecord> builds(Query query) {
        return database.read(connection -> {
            try (var statement = select(connection, query);
                    var rows = statement.executeQuery()) {
                var builds = new ArrayList<BuildRecord>();
                while (rows.next()) {
                    builds.add(build(rows));
                }
                return withTasks(connection, builds);
            }
        });
    }

    @Override
    public List<RequestRecord> requests(List<BuildId> builds) {
        return database.read(connection -> {
            try (var statement = connection.prepareStatement(SELECT_REQUESTS)) {
                statement.setString(1, jsonArray(builds.stream()));
                try (var rows = statement.executeQuery()) {
                    var requests = new ArrayList<RequestRecord>();
                    while (rows.next()) {
                        requests.add(request(rows));
                    }
                    return requests;
                }
            }
        });
    }

    private static BuildId insert(Connection connection, BuildRecord build) throws SQLException {
        try (var statement = connection.prepareStatement(INSERT_BUILD, Statement.RETURN_GENERATED_KEYS)) {
            statement.setString(1, build.spec().source().repository());
            statement.setBytes(2, BuildSpecs.encode(build.spec()));
            statement.setString(3, build.state().name());
            statement.setString(4, build.note());
            statement.setLong(5, Rows.micros(build.created()));
            var uncommitted = build.spec().source().revision().uncommitted();
            statement.setString(6, uncommitted ? "" : build.spec().recipe());
            statement.setString(7, build.spec().root().toString());
            statement.setString(8, build.spec().source().revision().commit());
            statement.setString(9, build.spec().line());
            return new BuildId(insertedId(statement));
        }
    }

    private static long insertedId(PreparedStatement statement) throws SQLException {
        statement.executeUpdate();
        try (var keys = statement.getGeneratedKeys()) {
            keys.next();
            return keys.getLong(1);
        }
    }

    private static void update(Connection connection, BuildRecord build) throws SQLException {
        try (var statement = connection.prepareStatement(UPDATE_BUILD)) {
            statement.setString(1, build.state().name());
            statement.setString(2, build.note());
            Rows.set(statement, 3, build.started());
            Rows.set(statement, 4, build.ended());
            Rows.set(statement, 5, build.artifacts());
            statement.setLong(6, build.id().value());
            statement.executeUpdate();
        }
    }

    private static void update(Connection connection, RequestRecord request) throws SQLException {
        try (var statement = connection.prepareStatement("UPDATE requests SET state = ?, note = ? WHERE id = ?")) {
            statement.setString(1, request.state().name());
            statement.setString(2, request.note());
            statement.setLong(3, request.id());
            statement.executeUpdate();
        }
    }

    private static void replaceTasks(Connection connection, BuildRecord build) throws SQLException {
        try (var statement = connection.prepareStatement("DELETE FROM tasks WHERE build = ?")) {
            statement.setLong(1, build.id().value());
            statement.executeUpdate();
        }
        try (var statement = connection.prepareStatement(INSERT_TASK)) {
            var position = 0;
            for (var task : build.tasks()) {
                statement.setLong(1, build.id().value());
                statement.setInt(2, position++);
                fill(statement, task);
                statement.setString(16, build.spec().project());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void fill(PreparedStatement statement, TaskRecord task) throws SQLException {
        statement.setString(3, task.name());
        statement.setString(4, task.state().name());
        statement.setInt(5, task.how().exitCode());
        statement.setBoolean(6, task.how().cached());
        statement.setBoolean(7, task.how().joined());
        statement.setString(8, task.how().note());
        Rows.set(statement, 9, task.action());
        statement.setString(10, task.worker());
        Rows.set(statement, 11, task.times().ready());
        Rows.set(statement, 12, task.times().started());
        Rows.set(statement, 13, task.times().ended());
        Rows.set(statement, 14, task.log());
        Rows.set(statement, 15, task.outputs());
    }

    private static PreparedStatement select(Connection connection, Query query) throws SQLException {
        return switch (query) {
            case Query.ById(var id) -> {
                var statement = connection.prepareStatement("SELECT * FROM builds WHERE id = ?");
                statement.setLong(1, id.value());
                yield statement;
            }
            case Query.Unfinished _ ->
                connection.prepareStatement("SELECT * FROM builds WHERE state IN ('QUEUED', 'RUNNING') ORDER BY id");
            case Query.Recent(var limit, var repository) -> {
                var where = repository.isPresent() ? "WHERE repository = ? " : "";
                var statement =
                        connection.prepareStatement("SELECT * FROM builds " + where + "ORDER BY id DESC LIMIT ?");
                if (repository.isPresent()) {
                    statement.setString(1, repository.get());
                }
                statement.setInt(repository.isPresent() ? 2 : 1, limit);
                yield statement;
            }
            case Query.InPlaceOf(var wanted, var commits, var limit) -> {
                var statement = connection.prepareStatement(SELECT_IN_PLACE);
                statement.setString(1, jsonArray(commits));
                statement.setString(2, wanted.recipe());
                statement.setString(3, wanted.root().toString());
                statement.setInt(4, limit);
                yield statement;
            }
            case Query.Previous(var build) -> {
                var statement = connection.prepareStatement(SELECT_PREVIOUS);
                statement.setString(1, build.spec().line());
                statement.setLong(2, build.id().value());
                yield statement;
            }
        };
    }

    private static String jsonArray(List<String> commits) {
        return commits.stream()
                .filter(commit -> COMMIT.matcher(commit).matches())
                .collect(joining("\",\"", "[\"", "\"]"));
    }

    private static String jsonArray(Stream<BuildId> builds) {
        return builds.map(id -> Long.toString(id.value())).collect(joining(",", "[", "]"));
    }

    private static BuildRecord build(ResultSet row) throws SQLException {
        return new BuildRecord(
                new BuildId(row.getLong("id")),
                BuildSpecs.decode(row.getBytes("spec")),
                BuildState.valueOf(row.getString("state")),
                row.getString("note"),
                Rows.time(row, "created"),
                Rows.optionalTime(row, "started"),
                Rows.optionalTime(row, "ended"),
                Rows.optionalDigest(row, "artifacts"),
                List.of());
    }

    /// Reads the tasks of all builds at once.
    private static List<BuildRecord> withTasks(Connection connection, List<BuildRecord> builds) throws SQLException {
        var tasks = new HashMap<Long, List<TaskRecord>>();
        try (var statement = connection.prepareStatement(SELECT_TASKS)) {
            statement.setString(1, jsonArray(builds.stream().map(BuildRecord::id)));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    tasks.computeIfAbsent(rows.getLong("build"), _ -> new ArrayList<>())
                            .add(task(rows));
                }
            }
        }
        return builds.stream()
                .map(build -> build.with(tasks.getOrDefault(build.id().value(), List.of())))
                .toList();
    }

    private static TaskRecord task(ResultSet row) throws SQLException {
        var ending = new TaskRecord.Ending(
                TaskState.valueOf(row.getString("state")),
                row.getInt("exit_code"),
                row.getBoolean("cached"),
                row.getBoolean("joined"),
                row.getString("note"));
        var times = new TaskRecord.Times(
                Rows.optionalTime(row, "ready"), Rows.optionalTime(row, "started"), Rows.optionalTime(row, "ended"));
        return new TaskRecord(
                row.getString("name"),
                ending,
                Rows.optionalDigest(row, "action"),
                row.getString("worker"),
                times,
                Rows.optionalDigest(row, "log"),
                Rows.optionalDigest(row, "outputs"));
    }

    private static RequestRecord request(ResultSet row) throws SQLException {
        return new RequestRecord(
                row.getLong("id"),
                new BuildId(row.getLong("build")),
                row.getString("requester"),
                Optional.ofNullable(row.getString("email")),
                row.getString("revision"),
                row.getBoolean("joined"),
                Rows.time(row, "time"),
                Priority.valueOf(row.getString("priority")),
                Optional.ofNullable(row.getString("out")).map(Path::of),
                RequestRecord.State.valueOf(row.getString("state")),
                row.getString("note"),
                Optional.ofNullable(row.getString("key")).orElse(""));
    }
}
