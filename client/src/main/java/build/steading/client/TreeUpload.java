// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.tree.Trees;
import build.steading.tree.WholeTrees;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/// Makes a server hold whole trees of this machine. It asks only for what it does not know the server to have,
/// sends only what is missing and is not being sent already, and works on several batches at a time. Thread-safe.
final class TreeUpload {
    /// Well within the two hours for which a server keeps what it was asked for.
    private static final Duration TRUST = Duration.ofMinutes(30);

    private static final int REMEMBERED = 50_000;

    /// Batches at a time: each has at most one message of blobs in memory.
    private static final int PARALLEL = 4;

    private final Trees trees;
    private final RemoteBlobStore remote;
    private final SharedSending sending;
    private final ExecutorService threads;
    private final WholeTrees whole;

    /// @param trees those of `local`
    TreeUpload(BlobStore local, Trees trees, RemoteBlobStore remote, ExecutorService threads, InstantSource clock) {
        this.trees = trees;
        this.remote = remote;
        this.sending = new SharedSending(digests -> remote.copy(local, digests));
        this.threads = threads;
        this.whole = new WholeTrees(clock, TRUST, REMEMBERED);
    }

    /// Returns when the server has all of a tree.
    ///
    /// @throws SteadingException with `MissingBlobs` if a part of it is neither here nor there, `Unavailable` if
    ///     the server cannot be reached
    void ensure(Digest root) {
        var batches = new Batches();
        try {
            whole.require(trees, root, batches);
        } finally {
            batches.giveUp();
        }
    }

    /// Trusts nothing of what the server had: it has lost something.
    void forget() {
        whole.forget();
    }

    private final class Batches implements WholeTrees.Check {
        private final Parallel uploads = new Parallel(threads, new Semaphore(PARALLEL));

        @Override
        public void accept(Set<Digest> batch) {
            try {
                uploads.run(() -> sending.send(remote.findMissing(batch)));
            } catch (InterruptedException _) {
                throw Connection.interrupted();
            }
        }

        @Override
        public void finish() {
            try {
                uploads.finish();
            } catch (InterruptedException _) {
                throw Connection.interrupted();
            }
        }

        void giveUp() {
            uploads.giveUp();
        }
    }
}
