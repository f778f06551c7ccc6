// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import java.util.List;
import java.util.OptionalInt;

/// The part of a log that most likely says why a command failed. It has no control characters but tabs.
///
/// @param lines a few, none of them very long
/// @param first number of the first one in the log, counted from 1
/// @param error which of `lines` is the first error; empty if none was recognised: then these are the last lines
public record Excerpt(List<String> lines, long first, OptionalInt error) {
    public Excerpt {
        lines = List.copyOf(lines);
    }
}
