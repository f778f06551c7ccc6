// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Executions in the order of their ranks, the first of them at hand: it is asked for much more often than it
/// changes.
final class RankedSet implements Iterable<Execution> {
    private final TreeSet<Execution> executions = new TreeSet<>(Execution.BY_RANK);
    private @Nullable Execution first;

    void add(Execution execution) {
        executions.add(execution);
        first = Execution.earlier(first, execution);
    }

    void remove(Execution execution) {
        executions.remove(execution);
        if (first == execution) {
            first = executions.isEmpty() ? null : executions.first();
        }
    }

    /// Returns the first execution; null if there is none.
    @Nullable
    Execution first() {
        return first;
    }

    /// Returns the rank of the first execution; the highest number if there is none.
    long firstRank() {
        return first == null ? Long.MAX_VALUE : first.rank;
    }

    /// Returns how many executions go before `execution`.
    int before(Execution execution) {
        return executions.headSet(execution).size();
    }

    @Override
    public Iterator<Execution> iterator() {
        return executions.iterator();
    }
}
