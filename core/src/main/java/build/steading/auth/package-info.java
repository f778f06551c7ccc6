// SPDX-License-Identifier: Apache-2.0
/// Who asks, and what they may do. Start with [build.steading.auth.Identity].
///
/// Machines and users prove who they are by certificates of the farm's own [build.steading.auth.Authority], which
/// they get for a [build.steading.auth.JoinToken] from an [build.steading.auth.Enroller] and keep as
/// [build.steading.auth.Credentials]; clients that cannot do that, by an [build.steading.auth.AccessToken]. The
/// wire that all this goes over is for the edge that they come through.
package build.steading.auth;
