// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

/// How much a check matters.
public enum Level {
    /// Clients break without it.
    MUST,
    /// Clients get along without it, at a price.
    SHOULD,
    /// Counts only where the server says that it can do it.
    OPTIONAL,
    /// There is no wrong answer, but one that clients want to know.
    INFO
}
