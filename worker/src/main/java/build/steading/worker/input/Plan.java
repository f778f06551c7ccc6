// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.FileNode;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.steading.blob.BlobStore;
import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.NodeTraits;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What is to be made on disk, parents before children. Not thread-safe.
final class Plan {
    /// A small message can name a tree without end, by naming one directory many times.
    private static final int MAX_FILES = 2_000_000;

    private static final int LONGEST_PATH = 3500;

    /// @param path relative to the root
    record File(String path, FileNode node, Digest digest) {}

    /// @param path relative to the root
    record Link(String path, SymlinkNode node) {}

    private final Directories directories;
    private final List<String> folders = new ArrayList<>();
    private final List<File> files = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final Map<String, NodeTraits> traits = new LinkedHashMap<>();
    private final Set<Digest> missing = new HashSet<>();

    Plan(Directories directories) {
        this.directories = directories;
    }

    List<String> folders() {
        return folders;
    }

    List<File> files() {
        return files;
    }

    List<Link> links() {
        return links;
    }

    /// Returns what directories shall be like, by their paths.
    Map<String, NodeTraits> traits() {
        return traits;
    }

    static String join(String parent, String name) {
        return parent.isEmpty() ? name : parent + "/" + name;
    }

    Plan folder(String path) {
        folders.add(path);
        return this;
    }

    /// Adds `path` and its parents.
    Plan folders(String path) {
        for (var slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            folders.add(path.substring(0, slash));
        }
        folders.add(path);
        return this;
    }

    /// @param function names the file
    Plan file(String path, FileNode node, HashFunction function) {
        files.add(new File(path, node, Digests.fromProto(node.getDigest(), function)));
        return this;
    }

    Plan link(String path, SymlinkNode node) {
        links.add(new Link(path, node));
        return this;
    }

    /// Notes what the directory at `path` shall be like, once all that is in it has been made.
    Plan traits(String path, Directory directory) {
        var own = NodeTraits.of(directory.getNodeProperties());
        if (!own.isEmpty()) {
            traits.put(path, own);
        }
        return this;
    }

    /// Adds all that is below the directory `root`, at `path`: level by level, so that the directories of a level
    /// are fetched together. Those that are not in the store are noted, and the walk goes on.
    Plan tree(String path, Digest root) {
        var level = List.of(new Folder(path, root));
        while (!level.isEmpty()) {
            directories.prefetch(level.stream().map(Folder::digest).collect(Collectors.toSet()));
            var below = new ArrayList<Folder>();
            level.forEach(folder -> below.addAll(directory(folder)));
            level = below;
        }
        return this;
    }

    private record Folder(String path, Digest digest) {}

    /// Adds what is in one directory, and returns the directories in it.
    private List<Folder> directory(Folder folder) {
        var path = folder.path();
        if (path.length() > LONGEST_PATH) {
            throw SteadingException.invalid("Path `%s…` in the input tree is too long", path.substring(0, 100));
        }
        if (files.size() + folders.size() > MAX_FILES) {
            throw SteadingException.invalid("Input tree of more than %d files", MAX_FILES);
        }
        var below = new ArrayList<Folder>();
        try {
            var directory = directories.read(folder.digest());
            traits(path, directory);
            var function = folder.digest().function();
            directory.getFilesList().forEach(node -> file(join(path, node.getName()), node, function));
            directory.getSymlinksList().forEach(node -> link(join(path, node.getName()), node));
            for (var node : directory.getDirectoriesList()) {
                below.add(new Folder(join(path, node.getName()), Digests.fromProto(node.getDigest(), function)));
            }
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs(var digests))) {
                throw e;
            }
            missing.addAll(digests);
        }
        below.forEach(each -> folder(each.path()));
        return below;
    }

    /// Returns all that is not in `blobs`.
    Set<Digest> missing(BlobStore blobs) {
        var all = new HashSet<>(missing);
        all.addAll(blobs.findMissing(contents()));
        return all;
    }

    /// Brings all files onto this machine.
    ///
    /// @throws SteadingException with `MissingBlobs` naming all that is not in `blobs`
    Plan requireAll(LocalBlobs blobs) {
        var absent = missing.isEmpty() ? blobs.fetch(contents()) : missing(blobs);
        if (!absent.isEmpty()) {
            throw new SteadingException(new Failure.MissingBlobs(absent));
        }
        return this;
    }

    private Set<Digest> contents() {
        var wanted = new HashSet<Digest>();
        files.forEach(file -> wanted.add(file.digest()));
        wanted.removeIf(Digest::isEmpty);
        return wanted;
    }
}
