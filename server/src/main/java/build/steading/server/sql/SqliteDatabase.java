// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One SQLite file, opened by one process.
///
/// Thread-safe. Writes go through one thread, which puts whatever waits into one transaction: a write costs a
/// share of an `fsync`, not one of its own. Write-ahead logging lets reads go on meanwhile.
public final class SqliteDatabase implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(SqliteDatabase.class.getName());
    private static final List<String> MIGRATIONS = List.of("V1.sql", "V2.sql", "V3.sql", "V4.sql", "V5.sql", "V6.sql");
    private static final int MAX_WAITING = 4096;
    private static final int MAX_BATCH = 512;

    private final Path file;
    private final Connection writing;

    @GuardedBy("reading")
    private final Connection reading;

    private final BlockingQueue<Write<?>> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private final Thread writer;
    private volatile boolean closing;

    /// Something to do with a connection.
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /// Opens the file, makes it if it is not there, and brings its tables up to date.
    ///
    /// @throws SteadingException with `Unavailable` if that cannot be done
    public SqliteDatabase(Path file) {
        this.file = file;
        try {
            this.writing = connect(file);
            migrate(writing);
            this.reading = connect(file);
        } catch (SQLException | IOException e) {
            throw failed(e);
        }
        this.writer = Thread.ofPlatform().name("sqlite-writer").start(this::writeAll);
    }

    /// Does `work` in a transaction and returns when it is on the disk.
    ///
    /// @throws SteadingException with `Unavailable` if the database fails; nothing of `work` is stored then
    <T> T write(Work<T> work) {
        var write = new Write<>(work);
        try {
            waiting.put(write);
            while (!write.done.await(1, TimeUnit.SECONDS)) {
                if (closing && !writer.isAlive()) {
                    throw new SQLException("The database is closed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SteadingException.unavailable("Steading is being stopped", e);
        } catch (SQLException e) {
            throw failed(e);
        }
        return write.result();
    }

    <T> T read(Work<T> work) {
        synchronized (reading) {
            try {
                return work.run(reading);
            } catch (SQLException e) {
                throw failed(e);
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        writer.interrupt();
        try {
            writer.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        try {
            writing.close();
            synchronized (reading) {
                reading.close();
            }
        } catch (SQLException e) {
            LOG.log(Level.WARNING, "Could not close " + file, e);
        }
    }

    private void writeAll() {
        var batch = new ArrayList<Write<?>>();
        while (!closing || !waiting.isEmpty()) {
            try {
                if (waiting.isEmpty()) {
                    batch.add(waiting.take());
                }
            } catch (InterruptedException _) {
                // close() interrupts: what waits is still written, then the loop ends.
                continue;
            }
            waiting.drainTo(batch, MAX_BATCH - batch.size());
            if (!together(batch)) {
                batch.forEach(write -> together(List.of(write)));
            }
            batch.forEach(write -> write.done.countDown());
            batch.clear();
        }
    }

    /// One failing write fails its whole transaction; the others are then repeated one by one.
    private boolean together(List<Write<?>> batch) {
        try {
            execute("BEGIN IMMEDIATE");
            for (var write : batch) {
                write.runOn(writing);
            }
            execute("COMMIT");
            return true;
        } catch (SQLException | RuntimeException e) {
            rollBack();
            batch.forEach(write -> write.failure = e);
            return false;
        }
    }

    /// SQLite may have done it already: when the disk is full, for instance, it ends the transaction by itself
    /// ([source](https://www.sqlite.org/lang_transaction.html), section 3). So nobody but us may begin one: the
    /// driver would not notice, and each further statement would be stored for good at once.
    private void rollBack() {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            if (!String.valueOf(e.getMessage()).contains("no transaction is active")) {
                LOG.log(Level.ERROR, "Could not roll back " + file, e);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = writing.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(Path file) throws SQLException {
        var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA synchronous = FULL");
            statement.execute("PRAGMA foreign_keys = ON");
            statement.execute("PRAGMA busy_timeout = 10000");
        }
        return connection;
    }

    private static void migrate(Connection connection) throws SQLException, IOException {
        try (var statement = connection.createStatement()) {
            int version;
            try (var row = statement.executeQuery("PRAGMA user_version")) {
                version = row.getInt(1);
            }
            if (version > MIGRATIONS.size()) {
                throw new SQLException("It was written by a newer Steading (tables of version %d, this one knows %d)"
                        .formatted(version, MIGRATIONS.size()));
            }
            for (var next = version; next < MIGRATIONS.size(); next++) {
                statement.execute("BEGIN IMMEDIATE");
                for (var sql : script(MIGRATIONS.get(next)).split(";\\s*\n", -1)) {
                    if (!sql.isBlank()) {
                        statement.execute(sql);
                    }
                }
                statement.execute("PRAGMA user_version = " + (next + 1));
                statement.execute("COMMIT");
            }
        }
    }

    private static String script(String name) throws IOException {
        try (var resource = SqliteDatabase.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("Migration %s is missing".formatted(name));
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private SteadingException failed(Exception cause) {
        return SteadingException.unavailable("Database `%s`: %s".formatted(file, cause.getMessage()), cause);
    }

    private final class Write<T> {
        private final Work<T> work;
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable T value;
        private @Nullable Exception failure;

        Write(Work<T> work) {
            this.work = work;
        }

        void runOn(Connection connection) throws SQLException {
            failure = null;
            value = work.run(connection);
        }

        /// Only after `done`.
        @SuppressWarnings("NullAway") // the value is what the work returned, null included
        T result() {
            if (failure instanceof SteadingException known) {
                throw known;
            }
            if (failure != null) {
                throw failed(failure);
            }
            return value;
        }
    }
}
