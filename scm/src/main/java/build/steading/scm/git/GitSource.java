// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.source.RepositorySettings;
import build.steading.source.Revision;
import build.steading.source.SourceRepository;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.jgit.lib.ObjectId;

/// One git repository. It holds nothing open: each call borrows the repository.
final class GitSource implements SourceRepository {
    /// Marks the tree ids of snapshots; the digest follows, so that no snapshot need be remembered.
    private static final String SNAPSHOT = "wip:";

    private final RepositoryLocation location;
    private final Path root;
    private final OpenRepositories repositories;
    private final Conversions conversions;
    private final InstantSource clock;

    GitSource(
            RepositoryLocation location,
            Path root,
            OpenRepositories repositories,
            Conversions conversions,
            InstantSource clock) {
        this.location = location;
        this.root = root;
        this.repositories = repositories;
        this.conversions = conversions;
        this.clock = clock;
    }

    @Override
    public Path root() {
        return root;
    }

    @Override
    public RepositorySettings settings() {
        try (var repository = repositories.acquire(location)) {
            return Settings.of(repository);
        }
    }

    @Override
    public Revision resolve(String expression) {
        return withRevisions(revisions -> revisions.resolve(expression));
    }

    /// Submodules are taken at the commit that they have checked out, without their own uncommitted work. Files
    /// enter as they are on disk, unless the index proves them unchanged: then as they are committed.
    @Override
    public Revision snapshot() {
        // What the memory says must be true for content that cannot be had again, so the store is asked.
        return conversions.run(location, true, shop -> {
            var repository = shop.objects().repository();
            if (repository.isBare()) {
                throw SteadingException.invalid("`%s` is a bare repository: it has no uncommitted work", root);
            }
            var head = new Revisions(repository, root).resolve("");
            var project = new Superproject(shop.objects(), ObjectId.fromString(head.treeId()), "");
            var digest = WorkingTree.snapshot(shop, project);
            return new Revision(head.commit(), SNAPSHOT + digest, head.name(), true, clock.instant(), head.subject());
        });
    }

    @Override
    public Digest tree(Revision revision, boolean verify) {
        var treeId = revision.treeId();
        if (revision.uncommitted() && treeId.startsWith(SNAPSHOT)) {
            return snapshotTree(Digest.parse(treeId.substring(SNAPSHOT.length())), verify);
        }
        if (!ObjectId.isId(treeId)) {
            throw SteadingException.invalid("`%s` is not the id of a git tree", treeId);
        }
        return conversions.tree(location, ObjectId.fromString(treeId), verify);
    }

    @Override
    public List<String> ancestry(Revision revision, int limit) {
        return withRevisions(revisions -> revisions.ancestry(revision.commit(), limit));
    }

    @Override
    public List<String> range(String after, String last) {
        return withRevisions(revisions -> revisions.range(after, last, MOST_IN_RANGE));
    }

    private Digest snapshotTree(Digest digest, boolean verify) {
        var blobs = conversions.blobs();
        var gone = verify ? new MerkleTree(blobs).isIncomplete(digest) : isGone(blobs, digest);
        if (gone) {
            throw SteadingException.notFound(
                    "Snapshot `%s` of `%s` is no longer in the store: take a new one", digest, root);
        }
        return digest;
    }

    private static boolean isGone(BlobStore blobs, Digest digest) {
        return !blobs.findMissing(Set.of(digest)).isEmpty();
    }

    private <T> T withRevisions(Function<Revisions, T> question) {
        try (var repository = repositories.acquire(location)) {
            return question.apply(new Revisions(repository, root));
        }
    }
}
