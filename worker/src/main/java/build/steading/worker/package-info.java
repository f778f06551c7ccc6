// SPDX-License-Identifier: Apache-2.0
/// Runs actions: takes leases from a [build.steading.execute.WorkSource], and answers each with an
/// [build.steading.execute.Outcome]. Start with [build.steading.worker.Worker]; one action's way, from its blobs
/// to its result, is `Attempt`. Whatever an action does, the worker survives it, and the next action sees nothing
/// of it.
package build.steading.worker;
