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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is to be made on disk, parents before children. Not thread-safe.
final class Plan {
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
    private TreeExtent extent = TreeExtent.NOTHING;

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

    /// Returns how many files, directories and links there will be.
    int size() {
        return 1 + files.size() + folders.size() + links.size();
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

    /// Adds all that is below the directory `root`, at `path`. Directories that are not in the store are noted.
    ///
    /// @throws SteadingException with `Invalid` if that would be more than a machine should make
    Plan tree(String path, Digest root) {
        var gathered = Gathered.of(directories, root);
        missing.addAll(gathered.missing());
        extent = extent.plus(gathered.extent(root).below(path.length()));
        extent.check();
        var ahead = new ArrayDeque<Folder>();
        ahead.add(new Folder(path, root));
        for (var folder = ahead.poll(); folder != null; folder = ahead.poll()) {
            var at = folder;
            gathered.find(at.digest()).ifPresent(directory -> ahead.addAll(expand(at, directory)));
        }
        return this;
    }

    private record Folder(String path, Digest digest) {}

    /// Adds what is in one directory, and returns the directories in it.
    private List<Folder> expand(Folder folder, Directory directory) {
        var path = folder.path();
        var function = folder.digest().function();
        traits(path, directory);
        directory.getFilesList().forEach(node -> file(join(path, node.getName()), node, function));
        directory.getSymlinksList().forEach(node -> link(join(path, node.getName()), node));
        var below = new ArrayList<Folder>();
        for (var node : directory.getDirectoriesList()) {
            var name = join(path, node.getName());
            folder(name);
            below.add(new Folder(name, Digests.fromProto(node.getDigest(), function)));
        }
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
