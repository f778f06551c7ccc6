// SPDX-License-Identifier: Apache-2.0
package build.steading.log;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A place in the log of one attempt of a task.
///
/// An attempt has no name that outlives the process which granted its lease. Its log does: the time of its first
/// record, which stays the same when the log is sent again, and differs from that of any other attempt.
///
/// @param begun time of the log's first record, in microseconds
/// @param offset how many bytes of the log, in the form of `LogFormat`, come before
public record LogPosition(Instant begun, long offset) {
    public LogPosition {
        begun = begun.truncatedTo(ChronoUnit.MICROS);
    }

    /// Returns the beginning of the log whose first record this is.
    public static LogPosition before(LogRecord first) {
        return new LogPosition(first.time(), 0);
    }

    /// Returns the place behind a record that begins here.
    public LogPosition after(LogRecord entry) {
        return new LogPosition(
                begun, offset + LogFormat.HEADER_BYTES + entry.bytes().size());
    }
}
