// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A set of Unicode code points. Immutable.
///
/// @param ranges sorted, apart from one another
record CodePointSet(List<Range> ranges) {
    /// Code points from `first` to `last`, both included.
    record Range(int first, int last) {}

    static final CodePointSet ALL = new CodePointSet(List.of(new Range(0, Character.MAX_CODE_POINT)));

    CodePointSet {
        ranges = List.copyOf(ranges);
    }

    static CodePointSet of(int codePoint) {
        return new CodePointSet(List.of(new Range(codePoint, codePoint)));
    }

    /// @param ranges in any order, overlapping or not
    static CodePointSet of(List<Range> ranges) {
        var sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingInt(Range::first));
        var merged = new ArrayList<Range>();
        for (var range : sorted) {
            if (!merged.isEmpty() && range.first() <= merged.getLast().last() + 1) {
                var last = merged.removeLast();
                merged.add(new Range(last.first(), Math.max(last.last(), range.last())));
            } else {
                merged.add(range);
            }
        }
        return new CodePointSet(merged);
    }

    CodePointSet complement() {
        var gaps = new ArrayList<Range>();
        var next = 0;
        for (var range : ranges) {
            if (range.first() > next) {
                gaps.add(new Range(next, range.first() - 1));
            }
            next = range.last() + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            gaps.add(new Range(next, Character.MAX_CODE_POINT));
        }
        return new CodePointSet(gaps);
    }

    boolean contains(int codePoint) {
        for (var range : ranges) {
            if (codePoint <= range.last()) {
                return codePoint >= range.first();
            }
        }
        return false;
    }

    boolean meets(CodePointSet other) {
        for (var range : ranges) {
            for (var its : other.ranges) {
                if (range.first() <= its.last() && its.first() <= range.last()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// Returns whether this is exactly one code point.
    boolean isSingle() {
        return ranges.size() == 1
                && ranges.getFirst().first() == ranges.getFirst().last();
    }
}
