// SPDX-License-Identifier: Apache-2.0
/// Who asks, and what they may do. Start with [build.steading.auth.Identity]. How somebody proves who they are is
/// for the edge that they come through.
package build.steading.auth;
