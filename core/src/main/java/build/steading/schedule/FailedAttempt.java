// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

/// An attempt that came to no result, by the farm's own fault.
///
/// @param lost whether the worker was lost, so that nobody knows how the command ended
/// @param reason for people
public record FailedAttempt(WorkerId worker, boolean lost, String reason) {}
