// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

/// What becomes of a build while another one of its group runs.
///
/// @param group builds whose groups are equal, references replaced, do not run at the same time
public record Concurrency(String group, WhenBusy whenBusy) {
    /// What to do with a build whose group is busy.
    public enum WhenBusy {
        /// It waits for its turn.
        QUEUE,
        /// It becomes one with the running build.
        JOIN,
        /// It does not happen, which is fine.
        SKIP,
        /// It does not happen, which is a failure.
        REFUSE,
        /// The running build is cancelled.
        REPLACE
    }
}
