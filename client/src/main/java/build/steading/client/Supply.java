// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.bazel.remote.execution.v2.Action;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HashSet;
import java.util.List;

/// Brings a server all that an action of this machine refers to, before it is to execute it. Thread-safe.
final class Supply {
    private final BlobStore local;
    private final TreeUpload trees;

    /// @param trees brings the server what is in `local`
    Supply(BlobStore local, TreeUpload trees) {
        this.local = local;
        this.trees = trees;
    }

    /// Returns when the server has everything.
    ///
    /// @throws SteadingException with `MissingBlobs` if a part is neither here nor there, `Invalid` if it is no
    ///     action, `Unavailable` if the server cannot be reached
    void bring(Digest digest) {
        try {
            var action = Action.parseFrom(Blobs.read(local, digest));
            var beside = new HashSet<>(List.of(digest, Digests.fromProto(action.getCommandDigest())));
            trees.ensure(Digests.fromProto(action.getInputRootDigest()), beside);
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is no `Action`", digest);
        }
    }

    /// Trusts nothing of what the server had: it has lost something.
    void forget() {
        trees.forget();
    }
}
