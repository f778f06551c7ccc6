// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.DirectoryNode;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.NodeProperties;
import build.bazel.remote.execution.v2.SymlinkNode;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// An input tree in the making. Not thread-safe.
final class Folder {
    private final List<FileNode> files = new ArrayList<>();
    private final List<DirectoryNode> folders = new ArrayList<>();
    private final List<SymlinkNode> links = new ArrayList<>();
    private final List<Blob> below = new ArrayList<>();

    Folder file(String name, String content) {
        return file(name, Blob.of(content), false);
    }

    Folder program(String name, String content) {
        return file(name, Blob.of(content), true);
    }

    Folder file(String name, Blob content, boolean executable) {
        below.add(content);
        return absent(name, content.digest(), executable);
    }

    Folder file(String name, String content, NodeProperties properties) {
        var blob = Blob.of(content);
        below.add(blob);
        files.add(FileNode.newBuilder()
                .setName(name)
                .setDigest(blob.digest())
                .setNodeProperties(properties)
                .build());
        return this;
    }

    /// Names a file that is not uploaded.
    Folder absent(String name, Digest digest, boolean executable) {
        files.add(FileNode.newBuilder()
                .setName(name)
                .setDigest(digest)
                .setIsExecutable(executable)
                .build());
        return this;
    }

    Folder folder(String name, Folder child) {
        below.addAll(child.blobs());
        return absentFolder(name, child.digest());
    }

    Folder absentFolder(String name, Digest digest) {
        folders.add(DirectoryNode.newBuilder().setName(name).setDigest(digest).build());
        return this;
    }

    Folder link(String name, String to) {
        links.add(SymlinkNode.newBuilder().setName(name).setTarget(to).build());
        return this;
    }

    /// Returns the message, with its nodes in the order that the protocol asks for.
    Directory message() {
        return Directory.newBuilder()
                .addAllFiles(sorted(files, Comparator.comparing(FileNode::getNameBytes, BYTES)))
                .addAllDirectories(sorted(folders, Comparator.comparing(DirectoryNode::getNameBytes, BYTES)))
                .addAllSymlinks(sorted(links, Comparator.comparing(SymlinkNode::getNameBytes, BYTES)))
                .build();
    }

    private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();

    private static <N> List<N> sorted(List<N> nodes, Comparator<N> order) {
        return nodes.stream().sorted(order).toList();
    }

    Digest digest() {
        return Blob.of(message()).digest();
    }

    /// Returns everything that must be uploaded: the folder itself, its files and what is below.
    List<Blob> blobs() {
        var all = new ArrayList<>(below);
        all.add(Blob.of(message()));
        return all;
    }
}
