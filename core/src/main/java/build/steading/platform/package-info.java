// SPDX-License-Identifier: Apache-2.0
/// What an action requires, what a worker offers, and whether the two match; if not, why, in words for people.
/// Start with [build.steading.platform.Requirement]. The expression language (CEL) is known to this package
/// alone, and its classes are loaded only when the first requirement is parsed that says anything.
package build.steading.platform;
