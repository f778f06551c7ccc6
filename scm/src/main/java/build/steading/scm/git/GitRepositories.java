// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.blob.BlobStore;
import build.steading.failure.SteadingException;
import build.steading.source.SourceRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Opens the git repositories of this machine, whoever owns them. They share a memory of what was converted, a
/// few threads, and the repositories that are open. Thread-safe.
///
/// What is committed is what is built: filters, line-ending conversion and `export-ignore` are not applied, and
/// Git LFS pointers stay pointers. Submodules are taken from where `git submodule update` puts them. Bare,
/// shallow and packed repositories, linked working trees, alternates and reftables are read; objects must be
/// named by SHA-1.
public final class GitRepositories implements AutoCloseable {
    private static final int MOST_OPEN = 16;
    /// 32 MB on disk and about 12 in heap when full: ten trees of 50,000 files.
    private static final int MOST_REMEMBERED = 500_000;

    private static final int IDLE_SECONDS = 10;

    private final ConversionMemory memory;
    private final OpenRepositories repositories = new OpenRepositories(MOST_OPEN);
    private final ExecutorService pool;
    private final Conversions conversions;
    private final InstantSource clock;

    /// @param blobs where converted trees go
    /// @param stateDirectory created if need be; no other process writes there
    /// @throws SteadingException with `Unavailable` if the directory cannot be written
    public GitRepositories(BlobStore blobs, Path stateDirectory) {
        this(blobs, stateDirectory, InstantSource.system());
    }

    GitRepositories(BlobStore blobs, Path stateDirectory, InstantSource clock) {
        JGitSettings.install();
        this.clock = clock;
        memory = new ConversionMemory(directory(stateDirectory).resolve("digests"), MOST_REMEMBERED);
        pool = pool();
        var target = new ContentImport(blobs, memory, emptied(directory(stateDirectory.resolve("spool"))));
        conversions = new Conversions(target, repositories, pool);
    }

    /// Opens the repository that a file or directory is in.
    ///
    /// @throws SteadingException with `NotFound` if it is in none, `Invalid` if the repository cannot be read
    public SourceRepository open(Path anywhereInside) {
        var location = RepositoryLocation.find(anywhereInside);
        try (var repository = repositories.acquire(location)) {
            var root = repository.isBare() ? repository.getDirectory() : repository.getWorkTree();
            return new GitSource(location, root.toPath(), repositories, conversions, clock);
        }
    }

    /// Ends conversions under way, which fail, and closes all repositories.
    @Override
    public void close() {
        conversions.close();
        pool.close();
        repositories.close();
        memory.close();
    }

    private static ExecutorService pool() {
        var threads = Runtime.getRuntime().availableProcessors();
        var named = Thread.ofPlatform().name("git-", 0).daemon().factory();
        var pool = (ThreadPoolExecutor) Executors.newFixedThreadPool(threads, named);
        pool.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static Path directory(Path path) {
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw SteadingException.unavailable("Directory `%s` cannot be created".formatted(path), e);
        }
    }

    /// Deletes what a killed process left there.
    private static Path emptied(Path spool) {
        try (var files = Files.newDirectoryStream(spool)) {
            for (var file : files) {
                Files.delete(file);
            }
            return spool;
        } catch (IOException e) {
            throw SteadingException.unavailable("Directory `%s` cannot be emptied".formatted(spool), e);
        }
    }
}
