// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.output;

import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.failure.SteadingException;
import build.steading.tree.DirectoryBuilder;
import build.steading.tree.NodeTraits;
import build.steading.worker.input.Directories;
import build.steading.worker.input.InputTree;
import build.steading.worker.output.Entry.Given;
import build.steading.worker.output.Entry.Link;
import build.steading.worker.output.Entry.Special;
import build.steading.worker.output.Entry.Sub;
import build.steading.worker.output.Entry.Written;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One directory as the command saw it: what it wrote, over the directories that lay below. Remembers what it has
/// seen, so that files may be taken away meanwhile. Not thread-safe.
public final class MergedDirectory {
    /*
     * The kernel's overlay leaves in the upper directory: files that were written to, whole; directories with
     * something changed in them; for what was deleted a character device 0/0; and on directories that hide what lies
     * below them the attribute `user.overlay.opaque`.
     */
    private static final int KIND = 0170000;
    private static final int DIRECTORY = 0040000;
    private static final int FILE = 0100000;
    private static final int LINK = 0120000;
    private static final int CHARACTER_DEVICE = 0020000;
    private static final Map<Integer, String> SPECIAL =
            Map.of(0010000, "a FIFO", 0140000, "a socket", 0060000, "a block device");
    private static final int OWNER_ALL = 0700;

    private final @Nullable Path written;
    private final Below below;
    private final NodeTraits traits;
    private final Map<String, Optional<Entry>> seen = new HashMap<>();
    private @Nullable Map<String, Entry> all;

    private MergedDirectory(@Nullable Path written, Below below, NodeTraits traits) {
        this.written = written;
        this.below = below;
        this.traits = traits;
    }

    /// Returns the root of an input tree that a command has run in.
    public static MergedDirectory of(Directories directories, InputTree tree) {
        return new MergedDirectory(
                makeUsable(tree.place().written()), Below.of(directories, tree.below()), NodeTraits.NONE);
    }

    /// Returns what the directory is like, as far as that is known.
    NodeTraits traits() {
        return traits;
    }

    /// Returns all entries, in the order of a `Directory`.
    Map<String, Entry> entries() {
        if (all == null) {
            var found = new TreeMap<String, Entry>(DirectoryBuilder.ORDER);
            names().forEach(name -> entry(name).ifPresent(entry -> found.put(name, entry)));
            all = found;
        }
        return all;
    }

    Optional<Entry> entry(String name) {
        var known = seen.get(name);
        if (known == null) {
            known = look(name);
            seen.put(name, known);
        }
        return known;
    }

    private List<String> names() {
        var names = new ArrayList<>(below.names());
        if (written == null) {
            return names;
        }
        try (var files = Files.newDirectoryStream(written)) {
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
            return names;
        } catch (IOException e) {
            throw SteadingException.unavailable("`%s` cannot be listed".formatted(written), e);
        }
    }

    private Optional<Entry> look(String name) {
        if (written == null) {
            return lookBelow(name);
        }
        var file = written.resolve(name);
        try {
            var attributes = Files.readAttributes(file, "unix:mode,rdev,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
            return interpret(name, file, attributes);
        } catch (NoSuchFileException _) {
            if (name.indexOf('\uFFFD') >= 0) {
                throw SteadingException.invalid("The name of `%s` is not UTF-8", file);
            }
            return lookBelow(name);
        } catch (IOException e) {
            throw SteadingException.unavailable("`%s` cannot be looked at".formatted(file), e);
        }
    }

    private Optional<Entry> interpret(String name, Path file, Map<String, Object> attributes) throws IOException {
        var mode = (int) Objects.requireNonNull(attributes.get("mode"));
        var device = (long) Objects.requireNonNull(attributes.get("rdev"));
        var modified = (FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime"));
        return switch (mode & KIND) {
            case FILE -> Optional.of(new Written(file, mode, modified.toInstant()));
            case LINK ->
                Optional.of(
                        new Link(Files.readSymbolicLink(file).toString(), NodeTraits.of(mode, modified.toInstant())));
            case DIRECTORY -> Optional.of(new Sub(sub(name, file, NodeTraits.of(mode, modified.toInstant()))));
            case CHARACTER_DEVICE -> character(device);
            default -> Optional.of(new Special(SPECIAL.getOrDefault(mode & KIND, "of an unknown kind")));
        };
    }

    /// The device 0/0 does not exist: it stands for what was deleted.
    private static Optional<Entry> character(long device) {
        return device == 0 ? Optional.empty() : Optional.of(new Special("a character device"));
    }

    private MergedDirectory sub(String name, Path file, NodeTraits own) throws IOException {
        if (own.mode().filter(mode -> (mode & OWNER_ALL) == OWNER_ALL).isEmpty()) {
            makeUsable(file);
        }
        var hidden = below.isNothing() || isOpaque(file);
        return new MergedDirectory(file, hidden ? below.nothing() : below.sub(name), own);
    }

    private static Path makeUsable(Path directory) {
        try {
            if (!Files.isReadable(directory) || !Files.isWritable(directory) || !Files.isExecutable(directory)) {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
            }
            return directory;
        } catch (IOException e) {
            throw SteadingException.unavailable("`%s` cannot be made readable".formatted(directory), e);
        }
    }

    private static boolean isOpaque(Path directory) throws IOException {
        var attributes =
                Files.getFileAttributeView(directory, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (attributes == null) {
            return false;
        }
        try {
            var value = ByteBuffer.allocate(1);
            return attributes.read("overlay.opaque", value) == 1 && value.get(0) == 'y';
        } catch (FileSystemException _) {
            return false;
        }
    }

    private Optional<Entry> lookBelow(String name) {
        return below.node(name).map(node -> switch (node) {
            case FileNode file -> new Given(file);
            case SymlinkNode link -> new Link(link.getTarget(), NodeTraits.of(link.getNodeProperties()));
            default -> {
                var sub = below.sub(name);
                yield new Sub(new MergedDirectory(null, sub, sub.traits()));
            }
        });
    }
}
