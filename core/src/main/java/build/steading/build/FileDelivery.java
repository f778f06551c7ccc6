// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.blob.BlobStore;
import build.steading.build.DeliveryStamp.Entry;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Parallel;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Copies artifacts into directories of this machine: never links into the store, which the user could then write
/// through.
///
/// Each file appears whole, or not at all; files that are there already are not touched. Thread-safe.
public final class FileDelivery implements Delivery {
    private static final String TEMPORARY = ".steading-new";

    /// To make a file is to wait for the file system.
    private static final int MAX_THREADS = 4;

    private static final int WORTH_A_THREAD = 3;

    private final BlobStore blobs;
    private final Trees trees;
    private final String farm;
    private final Map<Path, Object> locks = new ConcurrentHashMap<>();

    /// Delivers what this machine's own farm builds.
    public FileDelivery(BlobStore blobs, Trees trees) {
        this(blobs, trees, "");
    }

    /// @param farm names whose builds these are, without spaces: builds of different farms are not earlier or
    ///     later; empty for this machine's own
    public FileDelivery(BlobStore blobs, Trees trees, String farm) {
        this.blobs = blobs;
        this.trees = trees;
        this.farm = farm;
    }

    @Override
    public String deliver(BuildId build, Digest artifacts, Path out) {
        return locked(out, earlier -> {
            if (earlier.isPresent() && earlier.get().isLaterThan(build, farm)) {
                return "`%s` holds the artifacts of the later build %d already"
                        .formatted(out, earlier.get().build().value());
            }
            put(build, artifacts, out, earlier);
            return "";
        });
    }

    @Override
    public void put(BuildId build, Digest artifacts, Path out) {
        var _ = locked(out, earlier -> {
            put(build, artifacts, out, earlier);
            return "";
        });
    }

    private interface Delivering {
        String deliver(Optional<DeliveryStamp> earlier) throws IOException;
    }

    private String locked(Path out, Delivering delivering) {
        synchronized (locks.computeIfAbsent(out, _ -> new Object())) {
            try {
                return delivering.deliver(DeliveryStamp.read(out));
            } catch (IOException e) {
                throw cannotWrite(out, e);
            }
        }
    }

    private void put(BuildId build, Digest artifacts, Path out, Optional<DeliveryStamp> earlier) throws IOException {
        if (earlier.isPresent()
                && earlier.get().artifacts().equals(artifacts)
                && earlier.get().intact(out)) {
            if (!earlier.get().isOf(build, farm)) {
                new DeliveryStamp(build, farm, artifacts, earlier.get().entries()).write(out);
            }
            return;
        }
        var before = earlier.orElseGet(() -> new DeliveryStamp(build, farm, Digest.EMPTY, Map.of()));
        Files.createDirectories(out);
        var entries = write(artifacts, out, before);
        for (var path : before.entries().keySet()) {
            if (!entries.containsKey(path)) {
                remove(out, path);
            }
        }
        new DeliveryStamp(build, farm, artifacts, entries).write(out);
    }

    /// A file or link that shall be there.
    ///
    /// @param what as in [Entry]
    private record Leaf(String path, Node node, String what) {}

    private Map<String, Entry> write(Digest artifacts, Path out, DeliveryStamp before) throws IOException {
        var leaves = new ArrayList<Leaf>();
        prepare(artifacts, out, "", leaves);
        var made = new ConcurrentHashMap<String, Entry>();
        Parallel.forEach(leaves, threads(leaves), leaf -> {
            var target = out.resolve(leaf.path());
            if (!before.intact(out, leaf.path(), leaf.what())) {
                make(leaf.node(), target);
            }
            made.put(leaf.path(), Entry.of(leaf.what(), target));
        });
        var entries = new LinkedHashMap<String, Entry>();
        leaves.forEach(leaf -> entries.put(leaf.path(), Objects.requireNonNull(made.get(leaf.path()))));
        return entries;
    }

    private static int threads(List<Leaf> leaves) {
        // A name that another file may have for a moment is not used at the same time.
        return leaves.stream().anyMatch(leaf -> leaf.path().endsWith(TEMPORARY))
                ? 1
                : Math.min(MAX_THREADS, 1 + leaves.size() / WORTH_A_THREAD);
    }

    /// Makes the directories, and finds what shall be in them.
    private void prepare(Digest folder, Path out, String prefix, List<Leaf> leaves) throws IOException {
        var directory = trees.directory(folder);
        for (var file : directory.getFilesList()) {
            var node = new Node.File(Digests.fromProto(file.getDigest()), file.getIsExecutable());
            leaves.add(new Leaf(prefix + file.getName(), node, (node.executable() ? "x" : "-") + node.digest()));
        }
        for (var link : directory.getSymlinksList()) {
            var what = "l" + Digest.of(link.getTarget().getBytes(StandardCharsets.UTF_8));
            leaves.add(new Leaf(prefix + link.getName(), new Node.Link(link.getTarget()), what));
        }
        for (var sub : directory.getDirectoriesList()) {
            var path = prefix + sub.getName();
            makeDirectory(out.resolve(path));
            prepare(Digests.fromProto(sub.getDigest()), out, path + "/", leaves);
        }
    }

    private void make(Node node, Path target) throws IOException {
        clear(target);
        switch (node) {
            case Node.File file -> writeFile(file, target);
            case Node.Link(var to) -> {
                Files.deleteIfExists(target);
                Files.createSymbolicLink(target, Path.of(to));
            }
            case Node.Folder _ -> throw new IllegalArgumentException("No file or link: " + target);
        }
    }

    private void writeFile(Node.File node, Path target) throws IOException {
        var temporary = target.resolveSibling(target.getFileName() + TEMPORARY);
        try {
            Files.deleteIfExists(temporary);
            copy(node.digest(), temporary);
            if (node.executable()) {
                Files.setPosixFilePermissions(temporary, executable(temporary));
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void copy(Digest digest, Path target) throws IOException {
        try (var content = blobs.open(digest)) {
            Files.copy(content, target);
        } catch (IOException e) {
            if (!blobs.findMissing(Set.of(digest)).isEmpty()) {
                throw new SteadingException(new Failure.MissingBlobs(Set.of(digest)), e);
            }
            throw e;
        }
    }

    /// Whoever may read it may run it.
    private static Set<PosixFilePermission> executable(Path file) throws IOException {
        var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        permissions.add(PosixFilePermission.OWNER_EXECUTE);
        if (permissions.contains(PosixFilePermission.GROUP_READ)) {
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }

    private static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(directory);
            Files.createDirectory(directory);
        }
    }

    /// Makes room for a file: what an earlier build left there may be a directory.
    private static void clear(Path target) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            try (var below = Files.walk(target)) {
                for (var path : below.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /// Removes a file of an earlier delivery, and the directories that it leaves empty.
    private static void remove(Path out, String path) throws IOException {
        var file = out.resolve(path);
        var above = path.contains("/") ? out.resolve(path.substring(0, path.lastIndexOf('/'))) : out;
        if (!Files.isDirectory(above, LinkOption.NOFOLLOW_LINKS)) {
            // A file of this delivery took the place of the directory.
            return;
        }
        if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(file);
        }
        try {
            for (var parent = file.getParent(); parent != null && !parent.equals(out); parent = parent.getParent()) {
                Files.delete(parent);
            }
        } catch (DirectoryNotEmptyException | NoSuchFileException _) {
            // Others have files there, or the directory went with another file of the same delivery.
        }
    }

    private static SteadingException cannotWrite(Path out, IOException e) {
        var reason = e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : e instanceof AccessDeniedException ? "Permission denied" : e.toString();
        return new SteadingException(
                new Failure.Unavailable(
                        "Artifacts cannot be written to `%s`: %s; they are kept, see `steading artifacts`"
                                .formatted(out, reason)),
                e);
    }
}
