// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.log.LogRecord;
import build.steading.schedule.WorkerId;

/// Is told how an execution proceeds. Calls come one at a time, from the executor's threads, and must not block.
public interface ExecutionObserver {
    /// Does nothing with what it is told.
    ExecutionObserver NONE = new ExecutionObserver() {
        @Override
        public void queued(String reason) {}

        @Override
        public void running(WorkerId worker, boolean joined) {}

        @Override
        public void output(LogRecord entry) {}
    };

    /// The action waits, newly or again.
    ///
    /// @param reason what it waits for, for people
    void queued(String reason);

    /// An attempt began. Output starts anew with each attempt.
    ///
    /// @param joined whether the attempt was running for somebody else already; its earlier output follows at
    ///     once
    void running(WorkerId worker, boolean joined);

    /// The command printed something.
    void output(LogRecord entry);
}
