// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.SteadingException;
import java.nio.file.Path;
import java.util.Set;

/// A store whose blobs are plain files on this machine, so that they can be hard linked into input trees that
/// nobody can write through, and outputs can be moved in without copying. It may stand in front of a store
/// elsewhere: then [#fetch] and [#publish] move many blobs at once, and all else still works without them, one
/// blob at a time.
public interface LocalBlobs extends BlobStore {
    /// Brings onto this machine what is not here yet, of blobs that are about to be used.
    ///
    /// @return those that are absent everywhere
    /// @throws SteadingException with `Unavailable` if the medium fails or is full, or a store elsewhere cannot
    ///     be reached
    default Set<Digest> fetch(Set<Digest> digests) {
        return findMissing(digests);
    }

    /// Sees to it that the store elsewhere, if there is one, has these blobs of ours as well. What was stored
    /// here is not known there before.
    ///
    /// @throws SteadingException with `MissingBlobs` if they are not here, `Unavailable` if the store cannot be
    ///     reached
    default void publish(Set<Digest> digests) {}

    /// Returns the file that holds a blob, verified. It is to be linked or copied, never written or
    /// kept: the store may evict it.
    ///
    /// @param executable whether the file shall have its executable bits set (a file of its own then, as links
    ///     share modes)
    /// @throws SteadingException with `MissingBlobs` if it is absent or its bytes were found bad
    Path file(Digest digest, boolean executable);

    /// Takes over a finished file on the same file system: afterwards it is in the store and `file` is gone. The
    /// caller guarantees that nobody holds it open for writing.
    ///
    /// @param function by which the blob is named
    /// @return the digest of its bytes
    /// @throws SteadingException with `Unavailable` if the medium fails or is full
    Digest adopt(Path file, HashFunction function);
}
