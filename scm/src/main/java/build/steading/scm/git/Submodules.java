// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/// Finds the repositories of submodules, for one conversion: where the working tree has them checked out, or
/// among the superproject's own `modules`. Those it found stay open until it is closed. Not thread-safe.
final class Submodules implements AutoCloseable {
    private final OpenRepositories repositories;
    private final Map<RepositoryLocation, GitObjects> opened = new LinkedHashMap<>();

    /// The tree of a submodule's commit.
    record Found(GitObjects objects, ObjectId tree) {}

    Submodules(OpenRepositories repositories) {
        this.repositories = repositories;
    }

    /// @param path path of the submodule in the input root
    /// @throws SteadingException with `NotFound` if no clone of it has the commit
    Found find(Superproject project, String path, AnyObjectId commit) {
        var inProject =
                project.path().isEmpty() ? path : path.substring(project.path().length() + 1);
        for (var location : candidates(project, inProject)) {
            var objects = objects(location);
            var tree = objects.read("submodule `%s`".formatted(path), reader -> treeOf(reader, commit));
            if (tree.isPresent()) {
                return new Found(objects, tree.get());
            }
        }
        throw SteadingException.notFound(
                "Submodule `%s` is at commit `%s`, which has not been fetched: run `git submodule update --init%s %s`",
                path, commit.name(), project.path().isEmpty() ? "" : " --recursive", firstStep(project, path));
    }

    /// Returns the repository whose working tree has its top in `directory`, if there is one.
    static @Nullable RepositoryLocation checkedOutIn(Path directory) {
        try {
            return RepositoryLocation.checkedOutIn(directory);
        } catch (SteadingException _) {
            // A `.git` file that leads nowhere: to git this is a directory like any other.
            return null;
        }
    }

    /// Returns the current commit of the repository whose working tree is `checkout`, if it has one.
    Optional<ObjectId> checkedOutCommit(Path checkout) {
        var location = checkedOutIn(checkout);
        if (location == null) {
            return Optional.empty();
        }
        return objects(location).read("submodule `%s`".formatted(checkout), _ -> {
            var head = objects(location).repository().exactRef(Constants.HEAD);
            return Optional.ofNullable(head).map(Ref::getObjectId);
        });
    }

    @Override
    public void close() {
        opened.values().forEach(GitObjects::close);
    }

    private GitObjects objects(RepositoryLocation location) {
        return opened.computeIfAbsent(location, at -> new GitObjects(repositories.acquire(at)));
    }

    /// For a submodule of a submodule, the command must begin with the outer one.
    private static String firstStep(Superproject project, String path) {
        return project.path().isEmpty() ? path : project.path();
    }

    private static List<RepositoryLocation> candidates(Superproject project, String path) {
        var found = new ArrayList<RepositoryLocation>();
        var repository = project.objects().repository();
        if (!repository.isBare()) {
            var here = checkedOutIn(repository.getWorkTree().toPath().resolve(path));
            if (here != null) {
                found.add(here);
            }
        }
        var name = name(project, path);
        for (var gitDirectory : List.of(repository.getDirectory(), repository.getCommonDirectory())) {
            var modules = gitDirectory.toPath().resolve("modules");
            var module = modules.resolve(name).normalize();
            if (module.startsWith(modules) && RepositoryLocation.isGitDirectory(module)) {
                found.add(new RepositoryLocation(module, null));
            }
        }
        return found;
    }

    /// Returns the name that `.gitmodules` gives to the submodule, which names its directory in `modules`.
    private static String name(Superproject project, String path) {
        var text = project.objects().read("`.gitmodules`", reader -> {
            try (var file = TreeWalk.forPath(reader, Constants.DOT_GIT_MODULES, project.top())) {
                return file == null
                        ? ""
                        : new String(reader.open(file.getObjectId(0)).getCachedBytes(), UTF_8);
            }
        });
        var modules = new Config();
        try {
            modules.fromText(text);
        } catch (ConfigInvalidException _) {
            // Not ours to judge: without a name in it, the path is the name.
            return path;
        }
        for (var name : modules.getSubsections("submodule")) {
            if (path.equals(modules.getString("submodule", name, "path"))) {
                return name;
            }
        }
        return path;
    }

    private static Optional<ObjectId> treeOf(ObjectReader reader, AnyObjectId commit) throws IOException {
        try {
            return Optional.of(new RevWalk(reader).parseCommit(commit).getTree().getId());
        } catch (MissingObjectException _) {
            return Optional.empty();
        }
    }
}
