// SPDX-License-Identifier: Apache-2.0
/// The port to version-controlled sources: revisions, their trees and their history. Implementations live in
/// `scm`.
package build.steading.source;
