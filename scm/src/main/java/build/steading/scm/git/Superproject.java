// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import org.eclipse.jgit.lib.AnyObjectId;

/// A repository that may have submodules, at one of its trees.
///
/// @param top the tree at its top, which has the `.gitmodules` file
/// @param path where its top is in the input root, empty for the root itself
record Superproject(GitObjects objects, AnyObjectId top, String path) {}
