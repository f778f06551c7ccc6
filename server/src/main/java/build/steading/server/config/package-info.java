// SPDX-License-Identifier: Apache-2.0
/// What an administrator tells a server: the file `server.yaml`, whose sections are read by whom they concern.
package build.steading.server.config;
