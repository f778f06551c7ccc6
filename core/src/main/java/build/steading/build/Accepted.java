// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

/// A request that was accepted.
///
/// @param request as it is stored
/// @param subscription to the news of its build; closing it withdraws nothing
public record Accepted(RequestRecord request, Subscription subscription) {}
