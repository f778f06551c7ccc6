// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where a repository is.
///
/// @param gitDirectory what git calls the git directory; for a linked working tree, its own one
/// @param workTree the working tree whose `.git` file led here, or null if the repository itself says whether it
///     has one
record RepositoryLocation(Path gitDirectory, @Nullable Path workTree) {
    private static final String LINK = "gitdir:";

    /// Looks in `place` and the directories above it.
    ///
    /// @param place a directory or a file, which need not exist
    /// @throws SteadingException with `NotFound` if there is no repository
    static RepositoryLocation find(Path place) {
        var start = existing(place.toAbsolutePath().normalize());
        for (var directory = start; directory != null; directory = directory.getParent()) {
            var found = checkedOutIn(directory);
            if (found != null) {
                return found;
            }
            if (isGitDirectory(directory)) {
                return new RepositoryLocation(directory, null);
            }
        }
        throw SteadingException.notFound(
                "`%s` is not inside a git repository: there is no `.git` in it or in any directory above it", place);
    }

    /// Returns the repository whose working tree has its top in `directory`, if there is one.
    ///
    /// @throws SteadingException with `NotFound` or `Invalid` if the `.git` file there leads nowhere
    static @Nullable RepositoryLocation checkedOutIn(Path directory) {
        var dotGit = directory.resolve(".git");
        if (Files.isRegularFile(dotGit)) {
            return new RepositoryLocation(linked(dotGit), directory);
        }
        return isGitDirectory(dotGit) ? new RepositoryLocation(dotGit, null) : null;
    }

    static boolean isGitDirectory(Path directory) {
        return Files.isRegularFile(directory.resolve("HEAD"))
                && (Files.isDirectory(directory.resolve("objects"))
                        || Files.isRegularFile(directory.resolve("commondir")));
    }

    private static Path linked(Path dotGit) {
        try {
            var text = Files.readString(dotGit).strip();
            if (text.startsWith(LINK)) {
                var target = dotGit.resolveSibling(text.substring(LINK.length()).strip())
                        .normalize();
                if (isGitDirectory(target)) {
                    return target;
                }
                throw SteadingException.notFound("`%s` points to `%s`, which is not a git repository", dotGit, target);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("`%s` cannot be read".formatted(dotGit), e);
        }
        throw SteadingException.invalid("`%s` is a file, but does not begin with `gitdir:`", dotGit);
    }

    private static @Nullable Path existing(Path place) {
        for (var path = place; path != null; path = path.getParent()) {
            try {
                return path.toRealPath();
            } catch (IOException _) {
                // Not there, or not for us to see: what is above it decides.
            }
        }
        return null;
    }
}
