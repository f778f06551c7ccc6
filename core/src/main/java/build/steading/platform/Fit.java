// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

/// Whether a worker is what an action requires.
public sealed interface Fit {
    /// The worker may run the action.
    record Fits() implements Fit {}

    /// The worker is not what the action requires.
    ///
    /// @param reason what the worker is and what is required, for people: all that does not fit, not just the
    ///     first
    record Misfit(String reason) implements Fit {}
}
