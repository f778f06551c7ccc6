// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.log.LogPosition;
import build.steading.log.LogRecord;

/// Is told how a build proceeds. Calls for one build come one at a time and must not block.
public interface BuildObserver {
    /// Does nothing with what it is told.
    BuildObserver NONE = new BuildObserver() {
        @Override
        public void build(BuildRecord build) {}

        @Override
        public void task(TaskRecord task) {}

        @Override
        public void output(TaskRecord task, LogPosition at, LogRecord entry) {}

        @Override
        public void request(RequestRecord request) {}

        @Override
        public void ended(BuildRecord build) {}
    };

    /// The build as a whole changed: it began, or its tasks are planned anew.
    void build(BuildRecord build);

    /// A task changed.
    void task(TaskRecord task);

    /// A task printed something.
    ///
    /// @param at where it stands in the log of the task's present attempt
    void output(TaskRecord task, LogPosition at, LogRecord entry);

    /// A request for the build was answered or withdrawn.
    void request(RequestRecord request);

    /// The build has ended and is stored; nothing follows.
    void ended(BuildRecord build);
}
