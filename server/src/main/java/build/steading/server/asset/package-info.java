// SPDX-License-Identifier: Apache-2.0
/// Content by where it comes from: remembered if it was fetched or pushed before, else fetched from its origin,
/// if an administrator allows that origin. Read [build.steading.server.asset.Assets] first.
package build.steading.server.asset;
