// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.GetTreeResponse;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// All directories of a tree, each distinct one once, in pages. Their order follows from the tree alone, so a
/// page token is just the number of directories before it, and outlives the server.
final class TreePages implements Source<GetTreeResponse> {
    /// Directories are small; a page of this size leaves room in a message for one that is not.
    private static final int PAGE_BYTES = 1 << 20;

    /// Far above any real tree; an artificial one is not worth the memory.
    private static final int MAX_DIRECTORIES = 2_000_000;

    private final NamedBlobs blobs;
    private final int maxDirectoryBytes;
    private final int pageSize;
    private final Deque<Digest> waiting = new ArrayDeque<>();
    private final Set<Digest> known = new HashSet<>();
    private int sent;
    private boolean any;

    /// @param maxDirectoryBytes longest directory that fits into a message
    /// @param pageSize most directories of a page
    TreePages(NamedBlobs blobs, int maxDirectoryBytes, int pageSize) {
        this.blobs = blobs;
        this.maxDirectoryBytes = maxDirectoryBytes;
        this.pageSize = pageSize;
    }

    /// Begins at the directory with number `skip`.
    ///
    /// @throws SteadingException with `NotFound` if the root is absent
    TreePages from(Digest root, int skip) {
        read(root);
        add(root);
        while (sent < skip && !waiting.isEmpty()) {
            visit();
        }
        return this;
    }

    @Override
    public Optional<GetTreeResponse> next() {
        var page = GetTreeResponse.newBuilder();
        var bytes = 0;
        while (!waiting.isEmpty() && page.getDirectoriesCount() < pageSize && bytes < PAGE_BYTES) {
            var directory = visit();
            if (directory.isPresent()) {
                page.addDirectories(directory.get());
                bytes += directory.get().getSerializedSize();
            }
        }
        if (page.getDirectoriesCount() == 0 && any) {
            return Optional.empty();
        }
        any = true;
        if (!waiting.isEmpty()) {
            page.setNextPageToken(Integer.toString(sent));
        }
        return Optional.of(page.build());
    }

    @Override
    public void close() {
        // Nothing is held between two pages.
    }

    /// Returns the next directory, empty if it is absent: the rest of the tree is of use without it.
    private Optional<Directory> visit() {
        var digest = waiting.remove();
        sent++;
        try {
            var directory = read(digest);
            directory.getDirectoriesList().forEach(node -> add(Digests.fromProto(node.getDigest(), digest.function())));
            return Optional.of(directory);
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.NotFound) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Directory read(Digest digest) {
        if (digest.sizeBytes() > maxDirectoryBytes) {
            throw SteadingException.invalid(
                    "Directory `%s` is longer than the %d bytes that a message holds", digest, maxDirectoryBytes);
        }
        return Protos.directory(digest, blobs.read(digest));
    }

    private void add(Digest digest) {
        if (known.add(digest)) {
            waiting.add(digest);
        }
        if (known.size() > MAX_DIRECTORIES) {
            throw SteadingException.invalid("The tree has more than %d directories", MAX_DIRECTORIES);
        }
    }
}
