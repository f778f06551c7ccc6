// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.execute.ExecutionObserver;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;

/// Passes on what is printed, and nothing else of a build's news.
record FollowedOutput(ExecutionObserver next) implements BuildObserver {
    @Override
    public void build(BuildRecord build) {}

    @Override
    public void task(TaskRecord task) {}

    @Override
    public void output(TaskRecord task, LogPosition at, LogRecord entry) {
        next.output(entry);
    }

    @Override
    public void request(RequestRecord request) {}

    @Override
    public void ended(BuildRecord build) {}
}
