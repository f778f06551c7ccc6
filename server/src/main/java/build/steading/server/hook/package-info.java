// SPDX-License-Identifier: Apache-2.0
/// Tells programs how builds ended, by HTTP requests in the form of Standard Webhooks.
package build.steading.server.hook;
