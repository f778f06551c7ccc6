// SPDX-License-Identifier: Apache-2.0
package build.steading.execute;

import build.steading.digest.Digest;

/// A directory that a task keeps from one run to the next: a hint for speed, never part of an action's digest.
///
/// @param path relative to the input root, `/` between its parts
/// @param tree the `Directory` to begin with, with the modification times of its files as node properties;
///     [Digest#EMPTY] for an empty directory
/// @param inputRoot the input root of the run that left `tree` behind: files that differ from it are made to look
///     newer than everything in `tree`, so that tools which compare times see the change; [Digest#EMPTY] if there
///     was no such run
public record WarmDirectory(String path, Digest tree, Digest inputRoot) {}
