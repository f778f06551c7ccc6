// SPDX-License-Identifier: Apache-2.0
package build.steading.tree;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import com.google.protobuf.Message;
import java.util.Comparator;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Builds one `Directory` in canonical form: each list sorted by name (in the order of Unicode code points, which
/// is that of UTF-8 bytes), no name twice. Equal content therefore gives equal digests. Not thread-safe.
public final class DirectoryBuilder {
    /// The order of names in a `Directory`.
    public static final Comparator<String> ORDER = DirectoryBuilder::compareCodePoints;

    private final TreeMap<String, Message> nodes = new TreeMap<>(ORDER);

    /// Starts from the entries of `directory`.
    public static DirectoryBuilder from(Directory directory) {
        var builder = new DirectoryBuilder();
        directory.getFilesList().forEach(node -> builder.put(node.getName(), node));
        directory.getDirectoriesList().forEach(node -> builder.put(node.getName(), node));
        directory.getSymlinksList().forEach(node -> builder.put(node.getName(), node));
        return builder;
    }

    /// Adds a file, in place of whatever had its name.
    public DirectoryBuilder file(String name, Digest digest, boolean executable) {
        return put(
                name,
                FileNode.newBuilder()
                        .setName(name)
                        .setDigest(Digests.toProto(digest))
                        .setIsExecutable(executable)
                        .build());
    }

    /// Adds a sub-directory, in place of whatever had its name.
    public DirectoryBuilder directory(String name, Digest digest) {
        return put(
                name,
                DirectoryNode.newBuilder()
                        .setName(name)
                        .setDigest(Digests.toProto(digest))
                        .build());
    }

    /// Adds a symbolic link, in place of whatever had its name.
    public DirectoryBuilder symlink(String name, String target) {
        return put(
                name, SymlinkNode.newBuilder().setName(name).setTarget(target).build());
    }

    /// Adds a `FileNode`, `DirectoryNode` or `SymlinkNode` as it is, in place of whatever had its name.
    ///
    /// @throws SteadingException with `Invalid` if no file can have this name
    public DirectoryBuilder put(String name, Message node) {
        nodes.put(checkName(name), node);
        return this;
    }

    /// Returns the node of this name, if there is one.
    public @Nullable Message get(String name) {
        return nodes.get(name);
    }

    /// Takes an entry out, if it is there.
    public DirectoryBuilder remove(String name) {
        nodes.remove(name);
        return this;
    }

    public boolean isEmpty() {
        return nodes.isEmpty();
    }

    public Directory build() {
        var directory = Directory.newBuilder();
        Consumer<Message> add = node -> {
            switch (node) {
                case FileNode file -> directory.addFiles(file);
                case DirectoryNode sub -> directory.addDirectories(sub);
                case SymlinkNode link -> directory.addSymlinks(link);
                default ->
                    throw new IllegalArgumentException(
                            "Not a node: " + node.getDescriptorForType().getName());
            }
        };
        nodes.values().forEach(add);
        return directory.build();
    }

    private static String checkName(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf(0) >= 0) {
            throw SteadingException.invalid("No file can be called `%s`", name.replace('\0', '?'));
        }
        return name;
    }

    private static int compareCodePoints(String a, String b) {
        var shared = Math.min(a.length(), b.length());
        for (var i = 0; i < shared; i++) {
            var ca = a.charAt(i);
            var cb = b.charAt(i);
            if (ca != cb) {
                return Integer.compare(rank(ca), rank(cb));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /// Surrogates stand for code points above all others, but their numbers do not.
    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + 0x1_0000 : c;
    }
}
