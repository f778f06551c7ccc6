// SPDX-License-Identifier: Apache-2.0
/// Decides which worker runs which action when. Start with [build.steading.schedule.Scheduler], a pure state
/// machine from [build.steading.schedule.Event]s to [build.steading.schedule.Decision]s, and `docs/states.md`.
/// Nothing here does I/O, reads a clock, starts a thread or draws a random number: equal histories lead to equal
/// decisions.
package build.steading.schedule;
