// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.ignore.IgnoreNode;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/// Which untracked files git ignores: the rules of one directory, then those of the directories above it, then
/// the repository's `info/exclude`, then the user's `core.excludesFile`.
///
/// @param path of the directory that the rules are about, empty for the top
record IgnoreRules(String path, IgnoreNode rules, @Nullable IgnoreRules next) {
    /// Returns the rules of the repository and the user.
    static IgnoreRules of(Repository repository) throws IOException {
        var user = new IgnoreRules("", parse(excludesFile(repository)), null);
        var exclude = repository.getCommonDirectory().toPath().resolve("info/exclude");
        return new IgnoreRules("", parse(List.of(exclude)), user);
    }

    /// Returns the rules for a directory: these, and those of its own `.gitignore` if it has one.
    ///
    /// @param directoryPath its path from the top
    IgnoreRules in(Path directory, String directoryPath) throws IOException {
        var file = directory.resolve(Constants.DOT_GIT_IGNORE);
        return Files.isRegularFile(file) ? new IgnoreRules(directoryPath, parse(List.of(file)), this) : this;
    }

    /// @param filePath path from the top
    boolean ignore(String filePath, boolean isDirectory) {
        for (var at = this; at != null; at = at.next) {
            var relative = at.path.isEmpty() ? filePath : filePath.substring(at.path.length() + 1);
            var decision = at.rules.checkIgnored(relative, isDirectory);
            if (decision != null) {
                return decision;
            }
        }
        return false;
    }

    private static IgnoreNode parse(List<Path> files) throws IOException {
        var node = new IgnoreNode();
        for (var file : files) {
            if (Files.isRegularFile(file)) {
                try (var content = Files.newInputStream(file)) {
                    node.parse(file.toString(), content);
                }
            }
        }
        return node;
    }

    private static List<Path> excludesFile(Repository repository) {
        var fs = repository.getFS();
        var home = fs.userHome().toPath();
        var files = new ArrayList<Path>();
        var configured = repository.getConfig().getString("core", null, "excludesfile");
        if (configured == null) {
            var xdg = System.getenv("XDG_CONFIG_HOME");
            var config = xdg == null || xdg.isEmpty() ? home.resolve(".config") : Path.of(xdg);
            files.add(config.resolve("git/ignore"));
        } else if (configured.startsWith("~/")) {
            files.add(home.resolve(configured.substring(2)));
        } else {
            files.add(repository.getWorkTree().toPath().resolve(configured));
        }
        return files;
    }
}
