// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.Action;
import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.BlobContent;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.schedule.WorkerId;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Finds what goes along with leases: of the action, its command and its inputs those small blobs that the worker
/// was not given before. It saves the worker a round trip for each level of the input tree. Thread-safe.
///
/// Only a help: a worker fetches what it was not given, or has lost.
public final class Provisions {
    /// What one lease comes with at the most.
    private static final int MOST_BYTES = 128 << 10;

    /// Larger files are fetched: the worker may have them, and they are worth a call.
    private static final int MOST_FILE_BYTES = 16 << 10;

    /// Larger trees are new to everybody, and fetched level by level.
    private static final int MOST_DIRECTORIES = 300;

    private static final int MOST_WORKERS = 1_000;

    private final BlobStore blobs;
    private final Map<WorkerId, Given> given = new ConcurrentHashMap<>();

    /// @param blobs in which the actions are
    public Provisions(BlobStore blobs) {
        this.blobs = blobs;
    }

    /// Returns what a worker should be given with a lease on an action, and takes it for given.
    List<BlobContent> of(WorkerId worker, Digest action) {
        if (!action.function().equals(Digest.EMPTY.function())) {
            return List.of();
        }
        if (given.size() >= MOST_WORKERS) {
            given.clear();
        }
        var packing = new Packing(given.computeIfAbsent(worker, _ -> new Given()));
        try {
            packing.addAction(action);
        } catch (SteadingException | InvalidProtocolBufferException _) {
            // What is wrong with it, the worker finds out and says.
        }
        return packing.packed;
    }

    /// Forgets what a worker was given: it has begun anew, with whatever it has.
    void forget(WorkerId worker) {
        given.remove(worker);
    }

    /// What a worker was given, as far as it is remembered: it takes no more room, however much that is.
    private static final class Given {
        private static final int PLACES = 1 << 14;

        /// The first bits of hashes, each at a place that follows from it; a later one takes the place over.
        private final long[] hashes = new long[PLACES];

        /// Returns whether it was new.
        synchronized boolean add(Digest digest) {
            var bits = Long.parseUnsignedLong(digest.hash(), 0, 16, 16);
            var place = (int) (bits & (PLACES - 1));
            var isNew = hashes[place] != bits;
            hashes[place] = bits;
            return isNew;
        }
    }

    private final class Packing {
        private final Given given;
        private final List<BlobContent> packed = new ArrayList<>();
        private int bytes;

        Packing(Given given) {
            this.given = given;
        }

        void addAction(Digest digest) throws InvalidProtocolBufferException {
            var content = take(digest);
            if (content.isPresent()) {
                var action = Action.parseFrom(content.get());
                var _ = take(Digests.fromProto(action.getCommandDigest()));
                addTree(Digests.fromProto(action.getInputRootDigest()));
            }
        }

        /// What lies below a directory that was given before has been given or fetched.
        private void addTree(Digest root) throws InvalidProtocolBufferException {
            var left = new ArrayDeque<>(List.of(root));
            for (var count = 0; count < MOST_DIRECTORIES && !left.isEmpty(); count++) {
                var content = take(left.remove());
                if (content.isPresent()) {
                    var directory = Directory.parseFrom(content.get());
                    directory.getDirectoriesList().forEach(sub -> left.add(Digests.fromProto(sub.getDigest())));
                    for (var file : directory.getFilesList()) {
                        if (file.getDigest().getSizeBytes() <= MOST_FILE_BYTES) {
                            var _ = take(Digests.fromProto(file.getDigest()));
                        }
                    }
                }
            }
        }

        /// Packs a blob that is new to the worker, if there is room. Returns its bytes if it is new.
        private Optional<byte[]> take(Digest digest) {
            if (digest.isEmpty() || digest.sizeBytes() > MOST_BYTES - bytes || !given.add(digest)) {
                return Optional.empty();
            }
            var content = Blobs.read(blobs, digest);
            bytes += content.length;
            packed.add(new BlobContent(digest, UnsafeByteOperations.unsafeWrap(content)));
            return Optional.of(content);
        }
    }
}
