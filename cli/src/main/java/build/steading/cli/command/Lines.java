// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Cuts what one task prints into lines, each stream for itself. Not thread-safe.
final class Lines {
    private static final int MAX_LINE = 16 << 10;

    private final Map<Source, ByteArrayOutputStream> open = new EnumMap<>(Source.class);

    /// One line, without its end.
    record Line(Source source, ByteString text) {}

    /// Takes the next piece and returns the lines that it completes. Overlong lines are cut into several.
    List<Line> add(LogRecord entry) {
        var lines = new ArrayList<Line>();
        var buffer = open.computeIfAbsent(entry.source(), _ -> new ByteArrayOutputStream());
        for (var b : entry.bytes()) {
            if (b == '\n' || buffer.size() >= MAX_LINE) {
                lines.add(new Line(entry.source(), ByteString.copyFrom(buffer.toByteArray())));
                buffer.reset();
            }
            if (b != '\n') {
                buffer.write(b);
            }
        }
        return lines;
    }

    /// Returns what was printed without an end of line.
    List<Line> rest() {
        var lines = new ArrayList<Line>();
        open.forEach((source, buffer) -> {
            if (buffer.size() > 0) {
                lines.add(new Line(source, ByteString.copyFrom(buffer.toByteArray())));
                buffer.reset();
            }
        });
        return lines;
    }
}
