// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one tenant wants of one class of workers: lanes, some of which may have become empty since.
final class Demand {
    static final Comparator<Demand> BY_USE = Comparator.<Demand>comparingDouble(d -> d.usedSeconds)
            .thenComparingDouble(d -> d.lesserSeconds)
            .thenComparingLong(d -> d.tenant.sequence);

    final Tenant tenant;
    final Set<Lane> lanes = new LinkedHashSet<>(4);

    /// What the tenant had used when this was last put in order: never more than it has used by now.
    private double usedSeconds;

    private double lesserSeconds;

    Demand(Tenant tenant) {
        this.tenant = tenant;
        update();
    }

    /// Returns whether this stands where the tenant belongs by now.
    boolean isUpToDate() {
        return usedSeconds == tenant.usedSeconds() && lesserSeconds == tenant.lesserSeconds();
    }

    /// To be called while this is not part of an order.
    void update() {
        usedSeconds = tenant.usedSeconds();
        lesserSeconds = tenant.lesserSeconds();
    }

    /// Returns the first execution of a lane that is not empty, and forgets lanes before it that are; null if all
    /// are.
    @Nullable
    Execution first() {
        for (var each = lanes.iterator(); each.hasNext(); ) {
            var first = each.next().first();
            if (first != null) {
                return first;
            }
            each.remove();
        }
        return null;
    }

    /// Returns the first execution that is held from `worker` for a moment only; null if there is none among the
    /// first ones of each lane.
    @Nullable
    Execution heldFor(Worker worker) {
        Execution first = null;
        for (var lane : lanes) {
            first = Execution.earlier(first, lane.heldFor(worker));
        }
        return first;
    }
}
