// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import com.google.protobuf.ByteString;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutputMarksTest {
    private static final Instant FIRST = Instant.parse("2026-03-04T05:06:07Z");
    private static final LogRecord ENTRY =
            new LogRecord(LogRecord.Source.STDOUT, FIRST, ByteString.copyFromUtf8("text"));
    private static final LogPosition START = LogPosition.before(ENTRY);
    private static final LogPosition NEXT = START.after(ENTRY);
    private static final LogPosition OTHER = new LogPosition(FIRST.plusSeconds(9), 0);

    @Test
    void nothingIsToldTwiceAndNoHoleIsLeft() {
        var marks = new OutputMarks(false);

        assertThat(marks.accept("t", START, ENTRY)).isTrue();
        assertThat(marks.accept("t", START, ENTRY)).isFalse();
        assertThat(marks.accept("t", NEXT.after(ENTRY), ENTRY)).isFalse();
        assertThat(marks.isAhead("t", NEXT.after(ENTRY))).isTrue();
        assertThat(marks.isAhead("t", START)).isFalse();
        assertThat(marks.accept("t", NEXT, ENTRY)).isTrue();
    }

    @Test
    void whoWantsOutputFromNowOnIsToldFromTheMiddle() {
        assertThat(new OutputMarks(false).accept("t", NEXT, ENTRY)).isTrue();
    }

    @Test
    void whoWantsItFromTheStartIsNot() {
        var marks = new OutputMarks(true);

        assertThat(marks.accept("t", NEXT, ENTRY)).isFalse();
        assertThat(marks.isAhead("t", NEXT)).isTrue();
        assertThat(marks.accept("t", START, ENTRY)).isTrue();
    }

    @Test
    void anotherAttemptBeginsAnew() {
        var marks = new OutputMarks(false);
        marks.seen("t", NEXT, false);

        assertThat(marks.accept("t", OTHER.after(ENTRY), ENTRY)).isFalse();
        assertThat(marks.accept("t", OTHER, ENTRY)).isTrue();
        assertThat(marks.accept("t", OTHER.after(ENTRY), ENTRY)).isTrue();
    }

    @Test
    void missedOutputMustComeBeforeTheRest() {
        var marks = new OutputMarks(false);
        marks.accept("t", START, ENTRY);
        marks.miss("t", NEXT);
        marks.miss("t", NEXT.after(ENTRY));

        assertThat(marks.accept("t", NEXT.after(ENTRY), ENTRY)).isFalse();
        assertThat(marks.accept("t", NEXT, ENTRY)).isTrue();
    }

    @Test
    void outputThatIsMissedAtFirstMustComeToo() {
        var marks = new OutputMarks(false);
        marks.miss("t", NEXT);

        assertThat(marks.accept("t", NEXT.after(ENTRY), ENTRY)).isFalse();
        assertThat(marks.accept("t", NEXT, ENTRY)).isTrue();
    }
}
