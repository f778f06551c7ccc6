// SPDX-License-Identifier: Apache-2.0
/// Closes what was opened, last first. Every composition root owns one [build.steading.lifecycle.Resources].
package build.steading.lifecycle;
