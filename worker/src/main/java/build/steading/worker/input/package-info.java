// SPDX-License-Identifier: Apache-2.0
/// Puts input trees on disk: [build.steading.worker.input.LayeredInputs] as read-only layers of hard links that
/// actions share, [build.steading.worker.input.CopiedInputs] as copies that belong to one action at a time, and
/// are put right before the next has them. Whichever it is, nothing that a command does can reach the store or
/// another action. [build.steading.worker.input.WarmInputs] adds what a task kept from its last run.
package build.steading.worker.input;
