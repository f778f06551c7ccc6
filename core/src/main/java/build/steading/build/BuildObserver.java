// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.log.LogRecord;

/// Is told how a build proceeds. Calls for one build come one at a time and must not block.
public interface BuildObserver {
    /// The build as a whole changed: it began, or its tasks are planned anew.
    void build(BuildRecord build);

    /// A task changed.
    void task(TaskRecord task);

    /// A task printed something.
    void output(TaskRecord task, LogRecord entry);

    /// A request for the build was answered or withdrawn.
    void request(RequestRecord request);

    /// The build has ended and is stored; nothing follows.
    void ended(BuildRecord build);
}
