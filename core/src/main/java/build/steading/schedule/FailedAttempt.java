// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// An attempt that came to no result, by the farm's own fault.
///
/// @param reason for people
public record FailedAttempt(WorkerId worker, Fault fault, String reason) {}
