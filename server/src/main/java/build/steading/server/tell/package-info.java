// SPDX-License-Identifier: Apache-2.0
/// Puts together what tells people and programs how builds ended.
package build.steading.server.tell;
