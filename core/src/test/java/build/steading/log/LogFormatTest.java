// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.log.LogRecord.Source;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogFormatTest {
    private static final Instant TIME = Instant.parse("2026-11-21T03:00:00.123456Z");

    private static LogRecord entry(Source source, int size) {
        return new LogRecord(source, TIME, ByteString.copyFrom(new byte[size]));
    }

    @Test
    void recordIsSourceTimeLengthAndBytes() {
        var entry = new LogRecord(Source.STDERR, Instant.EPOCH.plusNanos(1_000), ByteString.copyFromUtf8("hi"));

        assertThat(HexFormat.of().formatHex(LogFormat.encode(entry)))
                .isEqualTo("02" + "0000000000000001" + "00000002" + "6869");
    }

    @ParameterizedTest
    @EnumSource
    void recordOfEachSourceReadsBack(Source source) throws IOException {
        var entry = new LogRecord(source, TIME, ByteString.copyFromUtf8("out"));

        assertThat(LogFormat.read(new ByteArrayInputStream(LogFormat.encode(entry))))
                .contains(entry);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, LogFormat.MAX_RECORD_BYTES})
    void recordOfEachSizeReadsBack(int size) throws IOException {
        var bytes = LogFormat.encode(entry(Source.STDOUT, size));

        assertThat(bytes).hasSize(LogFormat.HEADER_BYTES + size);
        assertThat(LogFormat.read(new ByteArrayInputStream(bytes))).contains(entry(Source.STDOUT, size));
    }

    @Test
    void timeBeforeTheEpochReadsBack() throws IOException {
        var entry = new LogRecord(Source.STDOUT, Instant.parse("1969-12-31T23:59:59.5Z"), ByteString.EMPTY);

        assertThat(LogFormat.read(new ByteArrayInputStream(LogFormat.encode(entry))))
                .contains(entry);
    }

    @Test
    void recordsFollowOneAnother() throws IOException {
        var log = new ByteArrayOutputStream();
        log.write(LogFormat.encode(entry(Source.STDOUT, 3)));
        log.write(LogFormat.encode(entry(Source.STDERR, 4)));

        var in = new ByteArrayInputStream(log.toByteArray());
        assertThat(LogFormat.read(in)).contains(entry(Source.STDOUT, 3));
        assertThat(LogFormat.read(in)).contains(entry(Source.STDERR, 4));
        assertThat(LogFormat.read(in)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 12, 13, 14})
    void recordCutShortEndsTheLog(int length) throws IOException {
        var bytes = LogFormat.encode(entry(Source.STDOUT, 2));

        assertThat(LogFormat.read(new ByteArrayInputStream(bytes, 0, length))).isEmpty();
    }

    @Test
    void unknownSourceIsNoLog() {
        assertNoLog((byte) 3, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, LogFormat.MAX_RECORD_BYTES + 1})
    void impossibleLengthIsNoLog(int length) {
        assertNoLog((byte) 1, length);
    }

    private static void assertNoLog(byte source, int length) {
        var bytes = ByteBuffer.allocate(LogFormat.HEADER_BYTES)
                .put(source)
                .putLong(0)
                .putInt(length)
                .array();

        assertThatThrownBy(() -> LogFormat.read(new ByteArrayInputStream(bytes)))
                .isInstanceOf(IOException.class)
                .hasMessage("Not a log: a record of source %d with %d bytes", source, length);
    }
}
