// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.tree.Trees;
import build.steading.tree.WholeTrees;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
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

    /// So little that asking first whether the server has it would take longer.
    private static final long NOT_WORTH_A_QUESTION_BYTES = 64 << 10;

    private final BlobStore local;
    private final Trees trees;
    private final RemoteBlobStore remote;
    private final SharedSending sending;
    private final ExecutorService threads;
    private final WholeTrees whole;

    /// @param trees those of `local`
    TreeUpload(BlobStore local, Trees trees, RemoteBlobStore remote, ExecutorService threads, InstantSource clock) {
        this.local = local;
        this.trees = trees;
        this.remote = remote;
        this.sending = new SharedSending(digests -> remote.copy(local, digests));
        this.threads = threads;
        this.whole = new WholeTrees(clock, TRUST, REMEMBERED, REMEMBERED);
    }

    /// Returns when the server has all of a tree.
    ///
    /// @param beside blobs that it is to have as well
    /// @throws SteadingException with `MissingBlobs` if a part of it is neither here nor there, `Unavailable` if
    ///     the server cannot be reached
    void ensure(Digest root, Set<Digest> beside) {
        var batches = new Batches(beside);
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

    private void bring(Set<Digest> batch) {
        sending.send(isSentUnasked(batch) ? batch : remote.findMissing(batch));
    }

    private boolean isSentUnasked(Set<Digest> batch) {
        return batch.stream().mapToLong(Digest::sizeBytes).sum() <= NOT_WORTH_A_QUESTION_BYTES
                && local.findMissing(batch).isEmpty();
    }

    private final class Batches implements WholeTrees.Check {
        private final Parallel uploads = new Parallel(threads, new Semaphore(PARALLEL));

        private final Set<Digest> beside;

        /// Kept back until it is known whether it is the last, and the others go along.
        private Set<Digest> held = Set.of();

        Batches(Set<Digest> beside) {
            this.beside = beside;
        }

        @Override
        public void accept(Set<Digest> batch) {
            if (!held.isEmpty()) {
                begin(held);
            }
            held = batch;
        }

        @Override
        public void finish() {
            var last = new HashSet<>(held);
            last.addAll(beside);
            if (!last.isEmpty()) {
                begin(last);
            }
            try {
                uploads.finish();
            } catch (InterruptedException _) {
                throw Connection.interrupted();
            }
        }

        private void begin(Set<Digest> batch) {
            try {
                uploads.run(() -> bring(batch));
            } catch (InterruptedException _) {
                throw Connection.interrupted();
            }
        }

        void giveUp() {
            uploads.giveUp();
        }
    }
}
