// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

/// What a check came to.
public enum Verdict {
    PASSED,
    FAILED,
    /// The server does not offer what the check is about, or something that it needs.
    SKIPPED,
    /// A check that only asks has its answer.
    NOTED
}
