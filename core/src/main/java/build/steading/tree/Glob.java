// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import java.util.ArrayList;
import java.util.List;

/// One pattern for paths, without alternatives in braces. Immutable.
///
/// A path is matched name by name by a non-deterministic automaton whose states are the bits of a `long`: bit `n`
/// is set if the first `n` steps can match the names read so far. The last state, once reached, is never left,
/// for whatever matches takes everything below it along.
final class Glob {
    /// How many names a pattern may have: each takes a bit of the state, and one is the last state's.
    static final int MAX_STEPS = 60;

    /// One name, or with `many` (that is `**`) any number of any names.
    private record Step(NamePattern name, boolean many) {
        static final Step ANY_DEPTH = new Step(NamePattern.ANY, true);
        static final Step ANY_NAME = new Step(NamePattern.ANY, false);
    }

    private final List<Step> steps;

    /// The states from which every path with at least one more name matches.
    private final long covering;

    private Glob(List<Step> steps) {
        this.steps = List.copyOf(steps);
        this.covering = covering(steps);
    }

    /// @throws IllegalArgumentException if it is no pattern; the message completes the sentence "Pattern … "
    static Glob parse(String pattern) {
        var steps = new ArrayList<Step>();
        for (var name : RelativePath.names(pattern)) {
            if (!name.equals("**")) {
                steps.add(new Step(NamePattern.parse(name), false));
            } else if (steps.isEmpty() || !steps.getLast().many()) {
                steps.add(Step.ANY_DEPTH);
            }
        }
        if (steps.getLast().many()) {
            // What is below `a` includes all of its entries, but not `a` itself
            steps.removeLast();
            steps.add(Step.ANY_NAME);
        }
        if (steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException("has more than %d names".formatted(MAX_STEPS));
        }
        return new Glob(steps);
    }

    /// The state before the first name of a path.
    long start() {
        return closure(1);
    }

    /// The state after one more name.
    long advance(long state, String name) {
        var next = 0L;
        for (var rest = state; rest != 0; rest &= rest - 1) {
            var step = Long.numberOfTrailingZeros(rest);
            if (step == steps.size() || steps.get(step).many()) {
                next |= 1L << step;
            } else if (steps.get(step).name().matches(name)) {
                next |= 1L << (step + 1);
            }
        }
        return closure(next);
    }

    boolean matches(long state) {
        return (state & 1L << steps.size()) != 0;
    }

    Coverage below(long state) {
        if ((state & covering) != 0) {
            return Coverage.ALL;
        }
        return state == 0 ? Coverage.NONE : Coverage.SOME;
    }

    /// Returns whether some path matches both.
    boolean overlaps(Glob other) {
        return Overlap.exists(
                withBelow(),
                other.withBelow(),
                Step::many,
                (mine, its) -> mine.name().meets(its.name()));
    }

    /// Returns the names that the pattern begins with: everything that matches is at or below them.
    List<String> anchor() {
        var names = new ArrayList<String>();
        for (var step : steps) {
            var literal = step.name().literal();
            if (literal == null) {
                break;
            }
            names.add(literal);
        }
        return names;
    }

    private List<Step> withBelow() {
        var all = new ArrayList<>(steps);
        all.add(Step.ANY_DEPTH);
        return all;
    }

    /// `**` may match no name at all.
    private long closure(long state) {
        var closed = state;
        for (var step = 0; step < steps.size(); step++) {
            if ((closed & 1L << step) != 0 && steps.get(step).many()) {
                closed |= 1L << (step + 1);
            }
        }
        return closed;
    }

    private static long covering(List<Step> steps) {
        var states = 1L << steps.size();
        var names = 0;
        for (var step = steps.size() - 1; step >= 0; step--) {
            if (!steps.get(step).many() && (!steps.get(step).name().isAny() || ++names > 1)) {
                break;
            }
            states |= 1L << step;
        }
        return states;
    }
}
