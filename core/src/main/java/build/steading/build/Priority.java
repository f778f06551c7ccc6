// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

/// How soon a build is wanted, the most urgent first. Within a class, and between classes when one has waited for
/// long enough, the earlier request comes first: a class is worth two hours of waiting.
public enum Priority {
    /// Something is held up until it ends: a merge, a release.
    GATE(-12),
    /// Somebody waits for it.
    INTERACTIVE(0),
    /// Something was pushed; somebody may look at it soon.
    PUSH(12),
    /// Its time came.
    SCHEDULED(24),
    /// One of many.
    BULK(36);

    private final int steps;

    Priority(int steps) {
        this.steps = steps;
    }

    /// Returns what it is in the Remote Execution API: lower is sooner, 0 the default. One step is one ageing
    /// period of the scheduler.
    public int steps() {
        return steps;
    }
}
