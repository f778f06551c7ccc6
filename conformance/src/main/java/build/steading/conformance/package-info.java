// SPDX-License-Identifier: Apache-2.0
/// Checks whether a server of the Remote Execution API does what its clients count on. It knows the wire format
/// and no server: start with [build.steading.conformance.Suite], which has the checks, and
/// [build.steading.conformance.Examination], which puts them to a [build.steading.conformance.Target].
package build.steading.conformance;
