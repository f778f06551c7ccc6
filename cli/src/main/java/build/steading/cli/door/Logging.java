// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.logging.Formatter;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

/// Sends what the process logs, and what any library prints, to its log file.
final class Logging {
    private Logging() {}

    /// Must come before anything in the process gets a logger.
    static void prepare() {
        System.setProperty("java.util.logging.manager", LastingLogManager.class.getName());
    }

    /// @param visibly whether warnings appear on the present standard error as well
    static void install(OutputStream log, boolean visibly) {
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.addHandler(new Flushing(log));
        if (visibly) {
            // People see what happened; where it came from, the log tells.
            var visible = new Flushing(System.err, new Message());
            visible.setLevel(java.util.logging.Level.WARNING);
            root.addHandler(visible);
        }
        var stream = new PrintStream(log, true, StandardCharsets.UTF_8);
        System.setOut(stream);
        System.setErr(stream);
    }

    /// Keeps logging while the process ends: the original closes every handler as soon as a signal arrives.
    public static final class LastingLogManager extends LogManager {
        @Override
        public void reset() {
            // Nothing is closed: each record is on disk when its call returns.
        }
    }

    private static final class Flushing extends StreamHandler {
        Flushing(OutputStream log) {
            this(log, new OneLine());
        }

        Flushing(OutputStream log, Formatter formatter) {
            super(log, formatter);
        }

        @Override
        public synchronized void publish(LogRecord record) {
            super.publish(record);
            flush();
        }
    }

    private static final class Message extends Formatter {
        @Override
        public String format(LogRecord record) {
            var cause = record.getThrown();
            return cause == null
                    ? "steading: %s%n".formatted(formatMessage(record))
                    : "steading: %s: %s%n".formatted(formatMessage(record), cause.getMessage());
        }
    }

    private static final class OneLine extends Formatter {
        @Override
        public String format(LogRecord record) {
            var text = new StringWriter();
            var lines = new PrintWriter(text);
            lines.printf(
                    "%s %s %s: %s%n",
                    record.getInstant(), record.getLevel(), record.getLoggerName(), formatMessage(record));
            if (record.getThrown() != null) {
                record.getThrown().printStackTrace(lines);
            }
            return text.toString();
        }
    }
}
