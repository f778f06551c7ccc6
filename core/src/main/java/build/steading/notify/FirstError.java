// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.log.LogReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Finds out of a log what somebody needs to read who is told that a command failed.
public final class FirstError {
    /// How many lines stand before the first error.
    static final int BEFORE = 6;

    /// How many lines stand after the first error.
    static final int AFTER = 13;

    /// How many lines are shown if no error was recognised.
    static final int LAST = 30;

    private FirstError() {}

    /// Returns the first line that looks like an error with what stands around it; if none does, the last lines.
    /// Reads no further than it needs to.
    ///
    /// @param log not closed
    /// @throws IOException if the bytes are no log, or cannot be read
    public static Excerpt in(LogReader log) throws IOException {
        var lines = new LogLines(log);
        var last = new ArrayDeque<String>();
        long number = 0;
        for (var line = lines.next(); line.isPresent(); line = lines.next()) {
            number++;
            if (ErrorLines.matches(line.get())) {
                while (last.size() > BEFORE) {
                    last.removeFirst();
                }
                var error = last.size();
                return new Excerpt(around(last, line.get(), lines), number - error, OptionalInt.of(error));
            }
            last.addLast(line.get());
            if (last.size() > LAST) {
                last.removeFirst();
            }
        }
        return new Excerpt(new ArrayList<>(last), number - last.size() + 1, OptionalInt.empty());
    }

    private static List<String> around(ArrayDeque<String> before, String error, LogLines after) throws IOException {
        var lines = new ArrayList<>(before);
        lines.add(error);
        for (var i = 0; i < AFTER; i++) {
            var line = after.next();
            if (line.isEmpty()) {
                break;
            }
            lines.add(line.get());
        }
        return lines;
    }
}
