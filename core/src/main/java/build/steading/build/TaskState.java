// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

/// How far a task is. See docs/states.md.
public enum TaskState {
    /// Its needs are not done yet.
    WAITING,
    /// It waits for a worker.
    QUEUED,
    RUNNING,
    SUCCEEDED,
    /// Its command failed, or left behind what cannot be a result.
    FAILED,
    TIMED_OUT,
    CANCELLED,
    /// It did not run, as a task that it needs did not succeed.
    SKIPPED,
    /// The farm could not run it.
    INFRA_ERROR;

    public boolean isFinal() {
        return switch (this) {
            case WAITING, QUEUED, RUNNING -> false;
            case SUCCEEDED, FAILED, TIMED_OUT, CANCELLED, SKIPPED, INFRA_ERROR -> true;
        };
    }
}
