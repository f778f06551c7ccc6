// SPDX-License-Identifier: Apache-2.0
package build.steading.server.sql;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteWarmRecordsTest {
    @TempDir
    private Path directory;

    private final AtomicLong seconds = new AtomicLong();
    private SqliteDatabase database;
    private SqliteWarmRecords records;

    @BeforeEach
    void open() {
        database = new SqliteDatabase(directory.resolve("records.db"));
        records = new SqliteWarmRecords(database, () -> Instant.ofEpochSecond(seconds.incrementAndGet()), 2);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static List<WarmDirectory> left(int n) {
        return List.of(new WarmDirectory("obj", Digest.of(new byte[] {(byte) n}), Digest.of(new byte[] {(byte) -n})));
    }

    @Test
    void nearestCommitWins() {
        records.save("task", "old", left(1));
        records.save("task", "new", left(2));

        assertThat(records.nearest("task", List.of("unknown", "new", "old"))).isEqualTo(left(2));
        assertThat(records.nearest("task", List.of("old", "new"))).isEqualTo(left(1));
        assertThat(records.nearest("other task", List.of("old", "new"))).isEmpty();
    }

    @Test
    void laterRunAtTheSameCommitReplacesTheEarlier() {
        records.save("task", "commit", left(1));
        records.save("task", "commit", left(2));

        assertThat(records.nearest("task", List.of("commit"))).isEqualTo(left(2));
    }

    @Test
    void onlyTheNewestRunsAreKept() {
        records.save("task", "a", left(1));
        records.save("task", "b", left(2));
        records.save("task", "c", left(3));

        assertThat(records.nearest("task", List.of("a"))).isEmpty();
        assertThat(records.nearest("task", List.of("b"))).isEqualTo(left(2));
        assertThat(records.nearest("task", List.of("c"))).isEqualTo(left(3));
    }
}
