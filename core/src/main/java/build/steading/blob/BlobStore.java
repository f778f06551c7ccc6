// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A content-addressable store (CAS): blobs, found by their digest. Implementations are thread-safe, and all of
/// them have the empty blob.
public interface BlobStore {
    /// Returns those of `digests` that are absent. Present ones are kept at least for the store's promise of
    /// retention.
    Set<Digest> findMissing(Set<Digest> digests);

    /// Opens a blob at its first byte. The caller closes the stream. Reading to the end verifies the bytes: a
    /// stream over bad ones ends in a [CorruptBlobException], and the store no longer has the blob.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is absent, `Unavailable` if the medium fails
    InputStream open(Digest digest);

    /// Stores `content`, whose bytes must have the digest `digest`. Storing a blob again changes nothing, and may
    /// leave `content` unread. The caller closes `content`.
    ///
    /// @throws SteadingException with `Invalid` if the bytes have another digest (nothing is stored then),
    ///     `Unavailable` if the medium fails or is full
    void put(Digest digest, InputStream content);

    /// Stores many small blobs, each as [#put] does. One that cannot be stored does not keep the others from it.
    ///
    /// @return why blobs could not be stored, by their places in `contents`
    default Map<Integer, Failure> putAll(List<BlobContent> contents) {
        var failures = new HashMap<Integer, Failure>();
        for (var i = 0; i < contents.size(); i++) {
            try {
                put(contents.get(i).digest(), contents.get(i).bytes().newInput());
            } catch (SteadingException e) {
                failures.put(i, e.failure());
            }
        }
        return failures;
    }
}
