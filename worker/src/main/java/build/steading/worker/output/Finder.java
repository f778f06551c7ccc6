// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.steading.failure.SteadingException;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Sub;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Follows paths through what a command left, and symbolic links on the way, but never out of the input root. Not
/// thread-safe.
public final class Finder {
    private static final int MAX_LINKS = 40;

    private final MergedDirectory root;
    private final Path commandsRoot;

    /// @param commandsRoot the input root as the command saw it
    public Finder(MergedDirectory root, Path commandsRoot) {
        this.root = root;
        this.commandsRoot = commandsRoot;
    }

    /// Returns what is at `path`; the last part of it is not followed if it is a symbolic link.
    ///
    /// @param path relative to the input root; empty for the root itself
    /// @throws SteadingException with `Invalid` if the way there leaves the input root
    Optional<Entry> find(String path) {
        return new Walk(path).find();
    }

    private final class Walk {
        private final String path;
        private final Deque<String> ahead = new ArrayDeque<>();
        private final Deque<MergedDirectory> behind = new ArrayDeque<>();
        private int links;

        Walk(String path) {
            this.path = path;
            ahead.addAll(parts(path));
            behind.push(root);
        }

        Optional<Entry> find() {
            while (!ahead.isEmpty()) {
                var name = ahead.pop();
                if (name.equals("..")) {
                    goUp(name);
                    continue;
                }
                var entry = behind.element().entry(name);
                if (ahead.isEmpty() || entry.isEmpty()) {
                    return entry;
                }
                switch (entry.get()) {
                    case Sub(var directory) -> behind.push(directory);
                    case Link(var target, var _) -> follow(name, target);
                    case Entry.Written _, Entry.Given _, Entry.Special _ -> {
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(new Sub(behind.element()));
        }

        private void goUp(String link) {
            behind.pop();
            if (behind.isEmpty()) {
                throw leaves(link);
            }
        }

        private void follow(String link, String target) {
            if (++links > MAX_LINKS) {
                throw SteadingException.invalid("Output `%s` is reached through too many symbolic links", path);
            }
            var to = Path.of(target);
            if (to.isAbsolute()) {
                if (!to.normalize().startsWith(commandsRoot)) {
                    throw leaves(link);
                }
                to = commandsRoot.relativize(to.normalize());
                behind.clear();
                behind.push(root);
            }
            parts(to.toString()).reversed().forEach(ahead::push);
        }

        private SteadingException leaves(String link) {
            return SteadingException.invalid(
                    "Output `%s` is reached through the symbolic link `%s`, which leads out of the input tree",
                    path, link);
        }
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }
}
