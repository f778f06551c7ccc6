// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A name that is watched, with what a look has shown there. Thread-safe.
final class Post extends Mark {
    /// What is written through a mapping of a file is told of only when the mapping ends: no look is believed for
    /// longer than this.
    static final long TRUSTED_NANOS = 1_000_000_000;

    /// What else must stay as it is.
    private final List<Mark> way;

    private final AtomicInteger stirs = new AtomicInteger();
    private volatile @Nullable Sight sight;

    Post(List<Mark> way) {
        this.way = List.copyOf(way);
    }

    /// @param stirs of before
    private record Sight(Look look, int stirs, long nanos) {}

    boolean isWatched() {
        if (isFallen()) {
            return false;
        }
        for (var mark : way) {
            if (mark.isFallen()) {
                return false;
            }
        }
        return true;
    }

    /// Notes that what is there may have changed.
    void stir() {
        stirs.incrementAndGet();
    }

    /// Returns how often what is there may have changed.
    int stirs() {
        return stirs.get();
    }

    /// Remembers a look.
    ///
    /// @param before the [#stirs] before it was taken
    /// @param nanos a time before it was taken, by [System#nanoTime]
    void saw(Look look, int before, long nanos) {
        sight = new Sight(look, before, nanos);
    }

    /// Returns what another look would show, if that is known.
    ///
    /// @param nanos the time until which all that was noticed is known here
    @Nullable
    Look standing(long nanos) {
        var last = sight;
        return last != null && nanos - last.nanos() < TRUSTED_NANOS && last.stirs() == stirs.get() && isWatched()
                ? last.look()
                : null;
    }
}
