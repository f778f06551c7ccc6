// SPDX-License-Identifier: Apache-2.0
/// Closes what was opened, last first: every composition root owns one [build.steading.lifecycle.Resources]. Work
/// in the background, again, or several at a time.
package build.steading.lifecycle;
