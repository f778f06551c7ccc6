// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/// Keeps the repositories used last open, with their pack indexes. New refs and packs are noticed by JGit itself;
/// a repository whose configuration or alternates changed, or that was made anew in the same place, is opened
/// again. Thread-safe.
final class OpenRepositories implements AutoCloseable {
    private record Opened(List<Object> stamp, Repository repository) {}

    private final int limit;

    @GuardedBy("this")
    private final Map<RepositoryLocation, Opened> opened = new LinkedHashMap<>(16, 0.75f, true);

    @GuardedBy("this")
    private boolean closed;

    /// @param limit how many stay open while nobody uses them
    OpenRepositories(int limit) {
        this.limit = limit;
    }

    /// Returns the repository, which the caller closes; it stays open until the last of its users has.
    ///
    /// @throws SteadingException with `NotFound` if it has gone, `Invalid` if it is of a kind that cannot be read
    synchronized Repository acquire(RepositoryLocation location) {
        if (closed) {
            throw new SteadingException(new Failure.Unavailable("The process is shutting down"));
        }
        var stamp = stamp(location.gitDirectory());
        var known = opened.get(location);
        if (known == null || !known.stamp().equals(stamp)) {
            if (known != null) {
                opened.remove(location);
                known.repository().close();
            }
            known = new Opened(stamp, open(location));
            opened.put(location, known);
            shrink();
        }
        known.repository().incrementOpen();
        return known.repository();
    }

    @Override
    public synchronized void close() {
        closed = true;
        opened.values().forEach(each -> each.repository().close());
        opened.clear();
    }

    @GuardedBy("this")
    private void shrink() {
        var oldest = opened.values().iterator();
        while (opened.size() > limit) {
            oldest.next().repository().close();
            oldest.remove();
        }
    }

    private static Repository open(RepositoryLocation location) {
        var builder = new FileRepositoryBuilder()
                .setGitDir(location.gitDirectory().toFile())
                .setMustExist(true);
        if (location.workTree() != null) {
            builder.setWorkTree(location.workTree().toFile());
        }
        try {
            var repository = builder.build();
            checkFormat(repository);
            return repository;
        } catch (IOException | IllegalArgumentException e) {
            throw new SteadingException(
                    new Failure.Invalid("Git repository `%s` cannot be opened: %s"
                            .formatted(location.gitDirectory(), e.getMessage())),
                    e);
        }
    }

    private static void checkFormat(Repository repository) {
        var format = repository.getConfig().getString("extensions", null, "objectformat");
        if (format != null && !format.equalsIgnoreCase("sha1")) {
            repository.close();
            throw SteadingException.invalid(
                    "Git repository `%s` names its objects by `%s`: only `sha1` is supported",
                    repository.getDirectory(), format);
        }
    }

    /// What tells that JGit would have to begin anew.
    private static List<Object> stamp(Path gitDirectory) {
        try {
            var stamp = new ArrayList<>();
            stamp.add(fileKey(gitDirectory));
            var common = gitDirectory.resolve("commondir");
            var shared = Files.exists(common)
                    ? gitDirectory.resolve(Files.readString(common).strip())
                    : gitDirectory;
            for (var name : List.of("config", "objects/info/alternates")) {
                var file = shared.resolve(name);
                if (Files.exists(file)) {
                    stamp.add(fileKey(file));
                    stamp.add(Files.getLastModifiedTime(file));
                }
            }
            return stamp;
        } catch (NoSuchFileException e) {
            throw new SteadingException(
                    new Failure.NotFound("Git repository `%s` is no longer there".formatted(gitDirectory)), e);
        } catch (IOException e) {
            throw SteadingException.unavailable("Git repository `%s` cannot be read".formatted(gitDirectory), e);
        }
    }

    private static Object fileKey(Path file) throws IOException {
        var key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key == null ? file : key;
    }
}
