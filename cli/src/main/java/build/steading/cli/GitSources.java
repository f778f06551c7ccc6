// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.Sources;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.source.SourceRepository;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/// Finds the sources of builds in the repositories of this machine. Thread-safe.
final class GitSources implements Sources {
    private final Function<Path, SourceRepository> repositories;
    private final Trees trees;

    GitSources(Function<Path, SourceRepository> repositories, Trees trees) {
        this.repositories = repositories;
        this.trees = trees;
    }

    @Override
    public Digest restore(SourceRef source) {
        var root = open(source).tree(source.revision(), true);
        if (trees.find(root, source.directory()).orElse(null) instanceof Node.Folder(var digest)) {
            return digest;
        }
        throw SteadingException.notFound(
                "There is no directory `%s` in `%s`",
                source.directory(), source.revision().name());
    }

    @Override
    public List<String> ancestry(SourceRef source, int limit) {
        try {
            return open(source).ancestry(source.revision(), limit);
        } catch (SteadingException _) {
            // Without the repository the build goes on, only perhaps more slowly.
            return List.of();
        }
    }

    private SourceRepository open(SourceRef source) {
        return repositories.apply(Path.of(source.repository()));
    }
}
