// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.schedule.WorkerId;

/// Hears which workers are connected. A worker that is not can neither hear nor say anything, though its actions
/// may go on; one that comes back soon announces itself again. Implementations are thread-safe.
///
/// Connections are numbered upwards, and of two of the same worker only the later one counts: the end of the
/// earlier one may be heard of after the beginning of the later one.
public interface Attendance {
    /// A worker has connected. Its announcement follows.
    void connected(WorkerId worker, long connection);

    /// A connection has ended. Each one ends once.
    void disconnected(WorkerId worker, long connection);
}
