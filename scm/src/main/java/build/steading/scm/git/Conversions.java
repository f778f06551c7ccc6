// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import org.eclipse.jgit.lib.ObjectId;
import org.jspecify.annotations.Nullable;

/// Runs conversions, each tree once at a time however many ask for it. A conversion has a thread of its own, so
/// it survives whoever asked first. Thread-safe.
final class Conversions implements AutoCloseable {
    /// Tasks waiting or running, per conversion: they hold names and ids, not content.
    private static final int TASKS_UNDER_WAY = 128;

    private record Key(RepositoryLocation location, ObjectId tree, boolean verify) {}

    private final ContentImport target;
    private final OpenRepositories repositories;
    private final Executor pool;
    private final Map<Key, FutureTask<Digest>> underWay = new ConcurrentHashMap<>();
    private final Set<TaskGroup> groups = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Conversions(ContentImport target, OpenRepositories repositories, Executor pool) {
        this.target = target;
        this.repositories = repositories;
        this.pool = pool;
    }

    /// Returns the store that conversions fill.
    BlobStore blobs() {
        return target.blobs();
    }

    /// Returns the digest of the Merkle tree of `tree`, which is in the store.
    Digest tree(RepositoryLocation location, ObjectId tree, boolean verify) {
        var known = target.memory().find(tree);
        var gone = known != null && !target.blobs().findMissing(Set.of(known)).isEmpty();
        if (known != null && !gone && !verify) {
            return known;
        }
        // Where the root has gone, much else will have gone as well.
        return once(new Key(location, tree, verify || gone));
    }

    /// Lets `job` convert something of a repository, and returns what it returns.
    <T> T run(RepositoryLocation location, boolean verify, Function<Workshop, T> job) {
        try (var objects = new GitObjects(repositories.acquire(location));
                var submodules = new Submodules(repositories);
                var tasks = new TaskGroup(pool, TASKS_UNDER_WAY)) {
            groups.add(tasks);
            try {
                if (closed) {
                    throw shuttingDown();
                }
                return job.apply(new Workshop(objects, new TreeConversion(target, tasks, submodules, verify)));
            } finally {
                groups.remove(tasks);
            }
        }
    }

    /// Makes conversions under way fail, and waits for them to end.
    @Override
    public void close() {
        closed = true;
        groups.forEach(group -> group.fail(shuttingDown()));
        for (var task : underWay.values()) {
            try {
                await(task);
            } catch (RuntimeException _) {
                // It fails because we are closing; whoever asked for it is told.
            }
        }
    }

    private Digest once(Key key) {
        var mine = new FutureTask<>(() ->
                run(key.location(), key.verify(), shop -> shop.conversion().convert(shop.objects(), key.tree())));
        var earlier = underWay.putIfAbsent(key, mine);
        if (earlier != null) {
            return await(earlier);
        }
        Thread.ofVirtual().name("git-tree").start(() -> {
            try {
                mine.run();
            } finally {
                underWay.remove(key, mine);
            }
        });
        return await(mine);
    }

    private static Digest await(FutureTask<Digest> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("Interrupted while a git tree was converted"), e);
        }
    }

    /// Every waiter gets an exception of its own, with its own trace.
    private static RuntimeException rethrown(@Nullable Throwable cause) {
        return cause instanceof SteadingException known
                ? new SteadingException(known.failure(), known)
                : new IllegalStateException("A git tree could not be converted", cause);
    }

    private static SteadingException shuttingDown() {
        return new SteadingException(new Failure.Unavailable("The process is shutting down"));
    }
}
