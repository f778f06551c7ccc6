// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.Collection;

/// How far a build is, and how it ended. See docs/states.md.
public enum BuildState {
    /// It waits for its turn.
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    TIMED_OUT,
    CANCELLED,
    /// The farm could not do it.
    INFRA_ERROR;

    public boolean isFinal() {
        return this != QUEUED && this != RUNNING;
    }

    /// Returns the verdict on a build whose tasks have ended like this. What the farm failed to do outweighs what
    /// the user's commands did, as only a build without it says anything about the user's commands.
    static BuildState verdict(Collection<TaskState> tasks) {
        if (tasks.contains(TaskState.CANCELLED)) {
            return CANCELLED;
        }
        if (tasks.contains(TaskState.INFRA_ERROR)) {
            return INFRA_ERROR;
        }
        if (tasks.contains(TaskState.FAILED)) {
            return FAILED;
        }
        return tasks.contains(TaskState.TIMED_OUT) ? TIMED_OUT : SUCCEEDED;
    }
}
