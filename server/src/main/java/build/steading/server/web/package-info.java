// SPDX-License-Identifier: Apache-2.0
/// What the farm says over HTTPS: facts for programs, as JSON. Start with
/// [build.steading.server.web.StatusServer]. Nothing here changes anything.
package build.steading.server.web;
