// SPDX-License-Identifier: Apache-2.0
/// Merkle trees of directories: built in canonical form, walked, selected from and put together by digest,
/// without touching what did not change. The generated `Directory` message is the only form of a directory.
package build.steading.tree;
