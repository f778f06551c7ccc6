// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.log.LogReader;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads a log line by line, as somebody at a terminal would have seen it: without colours, and of a progress bar
/// only what stood there last. Not thread-safe.
final class LogLines {
    /// What a line has beyond this is cut off.
    static final int MAX_CHARACTERS = 500;

    private static final Pattern ESCAPES = Pattern.compile(
            "\\x1B\\[[0-?]*[ -/]*[@-~]" // colours, cursor
                    + "|\\x1B\\][^\\x07\\x1B]*(?:\\x07|\\x1B\\\\)?" // titles, links
                    + "|\\x1B[ -/]*[0-~]"); // the rest
    private static final Pattern CONTROL =
            Pattern.compile("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029&&[^\\t]]", Pattern.UNICODE_CHARACTER_CLASS);

    private final LogReader log;
    private final Map<Source, Line> begun = new EnumMap<>(Source.class);
    private final Deque<String> ready = new ArrayDeque<>();

    LogLines(LogReader log) {
        this.log = log;
    }

    /// Returns the next line; empty where the log ends.
    ///
    /// @throws IOException as [LogReader#next]
    Optional<String> next() throws IOException {
        while (ready.isEmpty()) {
            var entry = log.next();
            if (entry.isEmpty()) {
                finish();
                return Optional.ofNullable(ready.poll());
            }
            read(entry.get());
        }
        return Optional.of(ready.remove());
    }

    /// Each stream has lines of its own: one does not end in the middle because something arrives by the other.
    private void read(LogRecord entry) {
        var line = begun.computeIfAbsent(entry.source(), _ -> new Line());
        for (var bytes = entry.bytes().iterator(); bytes.hasNext(); ) {
            var next = bytes.nextByte();
            if (next == '\n') {
                ready.add(line.take());
            } else {
                line.add(next);
            }
        }
    }

    private void finish() {
        begun.values().stream().filter(line -> line.length > 0).map(Line::take).forEach(ready::add);
    }

    /// A line of which the end has not come yet.
    private static final class Line {
        private final byte[] bytes = new byte[4 * MAX_CHARACTERS];
        private int length;
        private boolean returned;

        void add(byte next) {
            if (next == '\r') {
                // What follows is written over it, unless the line ends here.
                returned = true;
                return;
            }
            if (returned) {
                length = 0;
                returned = false;
            }
            if (length < bytes.length) {
                bytes[length++] = next;
            }
        }

        String take() {
            var text = new String(bytes, 0, length, StandardCharsets.UTF_8);
            length = 0;
            returned = false;
            return clean(text);
        }
    }

    private static String clean(String text) {
        var plain = CONTROL.matcher(ESCAPES.matcher(text).replaceAll("")).replaceAll("");
        if (plain.length() <= MAX_CHARACTERS) {
            return plain.stripTrailing();
        }
        var end = Character.isHighSurrogate(plain.charAt(MAX_CHARACTERS - 1)) ? MAX_CHARACTERS - 1 : MAX_CHARACTERS;
        return plain.substring(0, end) + "…";
    }
}
