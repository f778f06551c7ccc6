// SPDX-License-Identifier: Apache-2.0
/// Core's ports, spoken over gRPC to any server of the Remote Execution API: a Steading server, or a foreign
/// cluster. Start with [build.steading.client.RemoteCluster], which hands out the ports. Failures arrive as the
/// kinds that the server meant.
package build.steading.client;
