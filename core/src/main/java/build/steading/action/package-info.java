// SPDX-License-Identifier: Apache-2.0
/// Remembers what actions produced. [build.steading.action.ActionCache] is the port; a result is only ever served
/// while all blobs that it names are present.
package build.steading.action;
