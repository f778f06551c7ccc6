// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// What was below a directory at one time: names, kinds, modes, groups, contents, and which names are links.
///
/// @param entries by their names relative to the directory, whose own is empty
record FileTree(SortedMap<Path, Entry> entries) {
    private static final int SHOWN = 2_000;
    private static final int WHOLE = 4 << 20;

    /// @param kind also mode, group and, of a link, what it leads to
    /// @param content what is in a regular file, or in a large one its digest; empty for all else
    record Entry(String kind, String content) {}

    FileTree {
        entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    }

    static FileTree of(Path top) throws IOException {
        var found = new TreeMap<Path, Entry>();
        var names = new HashMap<Object, Path>();
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) throws IOException {
                return visitFile(path, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                found.put(top.relativize(path), entry(path, names));
                return FileVisitResult.CONTINUE;
            }
        });
        return new FileTree(found);
    }

    private static Entry entry(Path path, Map<Object, Path> names) throws IOException {
        var attributes = Files.readAttributes(path, "unix:mode,gid,ino,nlink", LinkOption.NOFOLLOW_LINKS);
        var kind = "mode %o, group %s".formatted((Integer) attributes.get("mode"), attributes.get("gid"));
        if (Files.isSymbolicLink(path)) {
            return new Entry("link to `%s`".formatted(Files.readSymbolicLink(path)), "");
        }
        if (!Files.isRegularFile(path)) {
            return new Entry(kind, "");
        }
        if ((Integer) Objects.requireNonNull(attributes.get("nlink")) > 1) {
            var first = names.computeIfAbsent(attributes.get("ino"), _ -> path);
            kind += ", %s names, the first is `%s`".formatted(attributes.get("nlink"), first.getFileName());
        }
        return new Entry(
                kind, Files.size(path) > WHOLE ? Farm.sha256(path) : new String(Files.readAllBytes(path), ISO_8859_1));
    }

    /// Returns what is not as in `expected`, each in a sentence.
    List<String> differences(FileTree expected) {
        var differences = new ArrayList<String>();
        var names = new TreeSet<>(entries.keySet());
        names.addAll(expected.entries.keySet());
        for (var name : names) {
            var wanted = expected.entries.get(name);
            var found = entries.get(name);
            if (found == null) {
                differences.add("`%s` is missing".formatted(name));
            } else if (wanted == null) {
                differences.add("`%s` should not be there (%s)".formatted(name, found.kind()));
            } else {
                if (!found.kind().equals(wanted.kind())) {
                    differences.add("`%s` is %s, not %s".formatted(name, found.kind(), wanted.kind()));
                }
                differences.addAll(difference("`%s`".formatted(name), wanted.content(), found.content()));
            }
        }
        return differences;
    }

    /// Returns a sentence about where two texts part, or none if they are equal.
    static List<String> difference(String name, String wanted, String found) {
        if (wanted.equals(found)) {
            return List.of();
        }
        var at = 0;
        while (at < Math.min(wanted.length(), found.length()) && wanted.charAt(at) == found.charAt(at)) {
            at++;
        }
        return List.of("%s has %d bytes, not %d, and other ones from %d on:%n  natively %s%n  here     %s"
                .formatted(name, found.length(), wanted.length(), at, excerpt(wanted, at), excerpt(found, at)));
    }

    private static String excerpt(String text, int at) {
        var from = Math.max(0, at - SHOWN / 20);
        return text.substring(from, Math.min(text.length(), from + SHOWN))
                .replaceAll("[^\\n\\t -~]+", "·")
                .replace("\n", "\\n");
    }
}
