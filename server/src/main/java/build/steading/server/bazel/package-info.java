// SPDX-License-Identifier: Apache-2.0
/// Builds that others do and tell us of: an invocation of Bazel becomes a record among the farm's own builds.
/// Read [build.steading.server.bazel.InvocationBook] first.
package build.steading.server.bazel;
