// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.failure.SteadingException;
import build.steading.source.SourceRepository;
import java.util.List;

/// What git calls `after..last`: the commits of `last` that are not in `after`.
///
/// @param after not itself in the range
/// @param last empty for the current branch
record CommitRange(String after, String last) {
    private static final String BETWEEN = "..";

    /// @throws SteadingException with `Invalid` if the text is no range
    static CommitRange parse(String text) {
        var between = text.indexOf(BETWEEN);
        if (between <= 0 || text.startsWith("...", between)) {
            throw SteadingException.invalid(
                    "`--range` is `%s`; allowed is `A..B`, the commits of `B` that are not in `A`, or `A^..B` with `A`"
                            + " itself",
                    text);
        }
        return new CommitRange(text.substring(0, between), text.substring(between + BETWEEN.length()));
    }

    /// Returns the commits, the newest first.
    ///
    /// @throws SteadingException with `NotFound` if an end is no revision, `Invalid` if there is no commit
    List<String> commits(SourceRepository repository) {
        var commits = repository.range(after, last);
        if (commits.isEmpty()) {
            throw SteadingException.invalid(
                    "`%s..%s` has no commit: all of `%s` is in `%s` too", after, last, last, after);
        }
        return commits;
    }
}
