// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Collects files together with all that one passes on the way to them: links, and the directories that are left
/// again by `..`. Not thread-safe while it is being filled.
final class Footprint {
    /// As many as Linux follows.
    private static final int LINKS = 40;

    private final Evidence evidence;
    private final SortedSet<String> files = new TreeSet<>();
    private final SortedSet<String> directories = new TreeSet<>();

    Footprint(Evidence evidence) {
        this.evidence = evidence;
    }

    SortedSet<String> files() {
        return files;
    }

    SortedSet<String> directories() {
        return directories;
    }

    void addAll(Footprint other) {
        files.addAll(other.files);
        directories.addAll(other.directories);
    }

    /// Adds a file or directory, and returns its real name. Of what does not exist, nothing is added but that it
    /// is watched.
    Optional<Path> add(String name) {
        evidence.add(name);
        var walk = new Walk(name);
        var real = add(walk);
        if (real.isPresent() && !walk.isDirectory) {
            walk.links.forEach(evidence::cover);
            evidence.cover(walk.at.toString());
        }
        return real;
    }

    /// Adds a file or directory of which it does not matter whether it stays the same.
    Optional<Path> addUnwatched(String name) {
        return add(new Walk(name));
    }

    private Optional<Path> add(Walk walk) {
        if (!walk.arrives()) {
            return Optional.empty();
        }
        files.addAll(walk.links);
        directories.addAll(walk.left);
        (walk.isDirectory ? directories : files).add(walk.at.toString());
        return Optional.of(walk.at);
    }

    /// One way through the file system, as the kernel goes it.
    private static final class Walk {
        final SortedSet<String> links = new TreeSet<>();
        final SortedSet<String> left = new TreeSet<>();
        private final Deque<String> ahead = new ArrayDeque<>();
        Path at = Path.of("/");
        boolean isDirectory = true;
        private int followed;

        Walk(String name) {
            push(name);
        }

        boolean arrives() {
            while (!ahead.isEmpty()) {
                if (!isDirectory || !step(ahead.pop())) {
                    return false;
                }
            }
            return true;
        }

        private boolean step(String part) {
            if (part.equals("..")) {
                left.add(at.toString());
                at = at.getParent() == null ? at : at.getParent();
                return true;
            }
            var next = at.resolve(part);
            try {
                var attributes = Files.readAttributes(next, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isSymbolicLink()) {
                    return follow(next);
                }
                isDirectory = attributes.isDirectory();
                at = next;
                return isDirectory || attributes.isRegularFile();
            } catch (IOException _) {
                return false;
            }
        }

        private boolean follow(Path link) throws IOException {
            var target = Files.readSymbolicLink(link).toString();
            links.add(link.toString());
            if (target.startsWith("/")) {
                at = Path.of("/");
            }
            push(target);
            followed++;
            return followed <= LINKS;
        }

        private void push(String name) {
            for (var part : List.of(name.split("/")).reversed()) {
                if (!part.isEmpty() && !part.equals(".")) {
                    ahead.push(part);
                }
            }
        }
    }
}
