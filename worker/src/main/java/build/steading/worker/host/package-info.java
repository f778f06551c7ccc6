// SPDX-License-Identifier: Apache-2.0
/// The machine that a worker runs on: what it is ([build.steading.worker.host.Host],
/// [build.steading.worker.host.ToolVersions]), and how it does right now ([build.steading.worker.host.Readings]).
package build.steading.worker.host;
