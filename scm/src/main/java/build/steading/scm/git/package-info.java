// SPDX-License-Identifier: Apache-2.0
/// Git repositories, read in this process: revisions, and trees turned into Merkle trees by object id. Start with
/// [build.steading.scm.git.GitRepositories]. What is committed is what is built: no filter, line-ending
/// conversion or `export-ignore` is applied, Git LFS pointers stay pointers, and nothing in the repository is
/// ever written.
@NullMarked
package build.steading.scm.git;

import org.jspecify.annotations.NullMarked;
