// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which ends of a task's command lead to another attempt. What the farm itself fails at is none of its business.
///
/// @param exitStatuses with which a command asks to be tried again later; none if nothing is tried again
/// @param times how many more attempts there may be
public record Retry(SortedSet<Integer> exitStatuses, int times) {
    /// With this exit status every command asks to be tried again later: `EX_TEMPFAIL` of `sysexits.h`.
    public static final int TRY_AGAIN = 75;

    /// With this exit status a command says that there is nothing to do for it.
    public static final int SKIP = 183;

    /// How many more attempts there are at the most.
    public static final int MOST_TIMES = 3;

    /// What goes for a task that does not say.
    public static final Retry STANDARD = new Retry(new TreeSet<>(List.of(TRY_AGAIN)), MOST_TIMES);

    /// Nothing is tried again.
    public static final Retry OFF = new Retry(new TreeSet<>(), 0);

    public Retry {
        exitStatuses = Collections.unmodifiableSortedSet(new TreeSet<>(exitStatuses));
    }
}
