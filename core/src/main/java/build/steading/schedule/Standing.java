// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// What is to be expected of a worker.
enum Standing {
    /// It takes work when it asks for some.
    TAKING,
    /// It takes no new work.
    DRAINING,
    /// It let a lease lapse and was not heard of since.
    SILENT,
    /// It gets nothing, for what it did lately ended badly.
    QUARANTINED,
    /// It was in quarantine, and gets one thing at a time until one of them ends well.
    ON_PROBATION
}
