// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.steading.failure.SteadingException;
import build.steading.log.LogRecord.Source;
import build.steading.log.LogWriter.Limits;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logs with room for three records of ten bytes at the beginning and two at the end.
class LogWriterTest {
    private static final int RECORD_BYTES = LogFormat.HEADER_BYTES + 10;
    private static final Limits LIMITS = new Limits(3 * RECORD_BYTES + 256 + 2 * RECORD_BYTES, 2 * RECORD_BYTES);

    @TempDir
    private Path home;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = home.resolve("log");
    }

    private static LogRecord entry(Source source, String text) {
        return new LogRecord(source, Instant.parse("2026-11-21T03:00:00Z"), ByteString.copyFromUtf8(text));
    }

    private static LogRecord tenBytes(int number) {
        return entry(Source.STDOUT, "line %04d\n".formatted(number));
    }

    private void write(int records) {
        try (var log = new LogWriter(file, LIMITS)) {
            for (var i = 0; i < records; i++) {
                log.append(tenBytes(i));
            }
        }
    }

    private List<String> texts(LogReader reader) throws IOException {
        var texts = new ArrayList<String>();
        try (reader) {
            for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
                texts.add(entry.get().bytes().toStringUtf8());
            }
        }
        return texts;
    }

    private List<String> texts() throws IOException {
        return texts(new LogReader(Files.newInputStream(file)));
    }

    @Test
    void shortLogIsWhole() throws IOException {
        write(3);

        assertThat(texts()).containsExactly("line 0000\n", "line 0001\n", "line 0002\n");
    }

    @Test
    void logThatJustFitsIsWhole() throws IOException {
        write(5);

        assertThat(texts()).containsExactly("line 0000\n", "line 0001\n", "line 0002\n", "line 0003\n", "line 0004\n");
    }

    @Test
    void longerLogKeepsItsBeginningAndItsEndAndMarksTheCut() throws IOException {
        write(6);

        assertThat(texts())
                .containsExactly(
                        "line 0000\n",
                        "line 0001\n",
                        "line 0002\n",
                        "\n[10 bytes omitted: the log limit is 371 bytes]\n",
                        "line 0004\n",
                        "line 0005\n");
    }

    @Test
    void cutIsMarkedBySteading() throws IOException {
        write(1000);

        assertThat(texts(new LogReader(Files.newInputStream(file), EnumSet.of(Source.STEADING))))
                .containsExactly("\n[9.7 KiB omitted: the log limit is 371 bytes]\n");
    }

    @Test
    void fileNeverExceedsTheLimit() throws IOException {
        try (var log = new LogWriter(file, LIMITS)) {
            for (var i = 0; i < 500; i++) {
                log.append(entry(Source.STDERR, "x".repeat(i % 97)));
            }
            log.append(entry(Source.STDOUT, "y".repeat(100_000)));
        }

        assertThat(Files.size(file)).isLessThanOrEqualTo(LIMITS.maxBytes());
        assertThat(texts().getLast()).endsWith("y");
    }

    @Test
    void recordAcrossTheCutIsSplit() throws IOException {
        try (var log = new LogWriter(file, LIMITS)) {
            log.append(entry(Source.STDOUT, "a".repeat(100) + "b".repeat(100)));
        }

        assertThat(texts())
                .containsExactly(
                        "a".repeat(3 * RECORD_BYTES - LogFormat.HEADER_BYTES),
                        "\n[111 bytes omitted: the log limit is 371 bytes]\n",
                        "b".repeat(2 * RECORD_BYTES - LogFormat.HEADER_BYTES));
    }

    @Test
    void recordTooLongForTheFormatBecomesSeveral() throws IOException {
        var text = "z".repeat(LogFormat.MAX_RECORD_BYTES + 1);
        try (var log = new LogWriter(file, new Limits(4 << 20, 1 << 20))) {
            log.append(entry(Source.STDOUT, text));
        }

        assertThat(texts()).hasSize(2);
        assertThat(String.join("", texts())).isEqualTo(text);
    }

    @Test
    void beginningIsInTheFileAtOnce() throws IOException {
        try (var log = new LogWriter(file, LIMITS)) {
            log.append(tenBytes(0));
            assertThat(texts()).containsExactly("line 0000\n");
        }
    }

    @Test
    void recordsAfterTheEndAreDropped() throws IOException {
        var log = new LogWriter(file, LIMITS);
        log.append(tenBytes(0));
        log.close();
        log.append(tenBytes(1));
        log.close();

        assertThat(texts()).containsExactly("line 0000\n");
    }

    @Test
    void outputOfTwoThreadsStaysInWholeRecords() throws Exception {
        try (var log = new LogWriter(file, new Limits(1 << 20, 1 << 10))) {
            var other = Thread.ofVirtual().start(() -> appendMany(log, Source.STDERR));
            appendMany(log, Source.STDOUT);
            other.join();
        }

        assertThat(texts()).hasSize(2000).containsOnly("0123456789");
    }

    private static void appendMany(LogWriter log, Source source) {
        for (var i = 0; i < 1000; i++) {
            log.append(entry(source, "0123456789"));
        }
    }

    @Test
    void fullDiskIsSaidOnceAndEndsTheLog() {
        var full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "There is no `/dev/full`");
        try (var log = new LogWriter(full, LIMITS)) {
            assertThatThrownBy(() -> log.append(tenBytes(0)))
                    .isInstanceOf(SteadingException.class)
                    .hasMessage("The log `/dev/full` cannot be written: No space left on device");
            log.append(tenBytes(1));
        }
    }

    @Test
    void interruptedWriterStillWrites() throws IOException {
        try (var log = new LogWriter(file, LIMITS)) {
            Thread.currentThread().interrupt();
            log.append(tenBytes(0));
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(texts()).containsExactly("line 0000\n");
    }

    @Test
    void unusableFileIsSaid() {
        assertThatThrownBy(() -> new LogWriter(home.resolve("no/log"), LIMITS).close())
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining("no/log");
    }

    @Test
    void limitsWithoutRoomForTheCutAreRefused() {
        assertThat(new Limits(14 + 256, 14).tailBytes()).isEqualTo(14);
        assertThatThrownBy(() -> new Limits(14 + 255, 14)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limits(1000, 13)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void splittingGivesEachStreamItsBytes() throws IOException {
        try (var log = new LogWriter(file, new Limits(1 << 20, 1 << 10))) {
            log.append(entry(Source.STDOUT, "o1 "));
            log.append(entry(Source.STDERR, "e1 "));
            log.append(entry(Source.STDOUT, "o2"));
            log.append(entry(Source.STEADING, "cut"));
        }
        var stdout = new ByteArrayOutputStream();
        var stderr = new ByteArrayOutputStream();

        try (var in = Files.newInputStream(file)) {
            LogReader.split(in, stdout, stderr);
        }
        assertThat(stdout).hasToString("o1 o2");
        assertThat(stderr).hasToString("e1 cut");
    }
}
