// SPDX-License-Identifier: Apache-2.0
package build.steading.source;

import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import java.nio.file.Path;

/// A repository of sources on this machine, opened for reading: nothing in it, its working tree or its index ever
/// changes. Thread-safe.
public interface SourceRepository extends SourceHistory {
    /// Returns the top directory of the working tree (the repository's own directory where it has none).
    Path root();

    /// Returns what the repository is configured to be.
    RepositorySettings settings();

    /// Finds a revision by branch, tag, full or abbreviated commit, or an expression such as `HEAD~2`.
    ///
    /// @param expression empty for the current branch
    /// @throws SteadingException with `NotFound` if there is none, naming the nearest names; `Invalid` if it is
    ///     ambiguous, or names something that is not a revision
    Revision resolve(String expression);

    /// Takes a snapshot of the working tree as it is: tracked and untracked files, without ignored ones. Its
    /// content is in the blob store at once.
    ///
    /// @throws SteadingException with `Invalid` if there is no working tree, or a file in it cannot be read
    Revision snapshot();

    /// Returns the input root of a revision: the digest of its top `Directory`, all of whose blobs are in the
    /// blob store that the repository was opened with. What was converted before is not read again.
    ///
    /// @param verify whether to look at every blob and convert anew what has gone from the store since; without
    ///     it, only the top `Directory` is looked at
    /// @throws SteadingException with `NotFound` if a part of it is not in this clone (naming the command that
    ///     fetches it), or if it was a snapshot, which cannot be taken again, and has gone from the store;
    ///     `Invalid` if it has a name that is not UTF-8
    Digest tree(Revision revision, boolean verify);
}
