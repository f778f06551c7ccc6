// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/// Looks whether a Merkle tree is still in the store.
record MerkleTree(BlobStore blobs) {
    /// Returns whether a file or a directory of it is absent.
    boolean isIncomplete(Digest root) {
        var directories = new ArrayDeque<Digest>();
        var seen = new HashSet<Digest>();
        directories.add(root);
        while (!directories.isEmpty()) {
            var digest = directories.remove();
            if (!blobs.findMissing(Set.of(digest)).isEmpty()) {
                return true;
            }
            var directory = read(digest);
            var files = new HashSet<Digest>();
            directory.getFilesList().forEach(file -> files.add(Digests.fromProto(file.getDigest())));
            if (!blobs.findMissing(files).isEmpty()) {
                return true;
            }
            for (var child : directory.getDirectoriesList()) {
                var below = Digests.fromProto(child.getDigest());
                if (seen.add(below)) {
                    directories.add(below);
                }
            }
        }
        return false;
    }

    private Directory read(Digest digest) {
        try {
            return Directory.parseFrom(Blobs.read(blobs, digest));
        } catch (InvalidProtocolBufferException e) {
            throw new SteadingException(new Failure.Invalid("Blob `%s` is not a directory".formatted(digest)), e);
        }
    }
}
