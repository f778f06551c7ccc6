// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.worker.sandbox.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A private copy of an input tree, which knows how everything in it was when only we had touched it. When a
/// command has run in it, it can be made what it was, at the cost of what the command changed. Not thread-safe:
/// it belongs to one at a time.
final class CopiedTree {
    /// More than a tick of the clock by which the kernel stamps files: what is older than a command by less may
    /// have been changed by it with no difference in its stamp.
    private static final Duration TICK = Duration.ofMillis(50);

    private final PlanWriter writer;
    private final Map<String, Plan.File> files = new HashMap<>();
    private final Map<String, Plan.Link> links = new HashMap<>();

    /// What is in each directory, parents before children.
    private final Map<String, Set<String>> names = new LinkedHashMap<>();

    private final Map<String, Stamp> stamps = new HashMap<>();
    private Digest digest;
    private Path directory;
    private Instant begin = Instant.EPOCH;

    private CopiedTree(PlanWriter writer, Digest digest, Path directory) {
        this.writer = writer;
        this.digest = digest;
        this.directory = directory;
        names.put("", new HashSet<>());
    }

    /// Returns whether trees of this kind can be made again what they were.
    static boolean canBeKept(Plan plan) {
        return plan.traits().isEmpty();
    }

    /// Copies the tree `digest` into `directory`, which is empty.
    ///
    /// @param plan makes it
    static CopiedTree write(PlanWriter writer, Plan plan, Digest digest, Path directory) throws IOException {
        var tree = new CopiedTree(writer, digest, directory);
        writer.copy(plan, directory, file -> Optional.of(PlanWriter.modified(file)));
        tree.note(plan);
        for (var folder : tree.names.keySet()) {
            tree.stamp(folder);
        }
        return tree;
    }

    private void note(Plan plan) throws IOException {
        for (var folder : plan.folders()) {
            names.putIfAbsent(folder, new HashSet<>());
            enter(folder);
        }
        for (var file : plan.files()) {
            files.put(file.path(), file);
            enter(file.path());
            stamp(file.path());
        }
        for (var link : plan.links()) {
            links.put(link.path(), link);
            enter(link.path());
            stamp(link.path());
        }
    }

    private void enter(String path) {
        names.computeIfAbsent(parent(path), _ -> new HashSet<>()).add(path.substring(path.lastIndexOf('/') + 1));
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private void stamp(String path) throws IOException {
        var found = Stamp.of(directory.resolve(path));
        stamps.put(path, found.orElseThrow(() -> new NoSuchFileException(path)));
    }

    Digest digest() {
        return digest;
    }

    /// Returns how many files, directories and links it has.
    int size() {
        return names.size() + files.size() + links.size();
    }

    /// Returns what its files come to, in bytes.
    long bytes() {
        return files.values().stream()
                .mapToLong(file -> file.digest().sizeBytes())
                .sum();
    }

    Path directory() {
        return directory;
    }

    /// Moves it to `target`, where nothing or an empty directory is.
    void moveTo(Path target) throws IOException {
        Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
        directory = target;
        stamp("");
    }

    /// Notes that from now on a command may change it.
    void handOver() {
        begin = Instant.now();
    }

    /// Makes it the tree `next`.
    ///
    /// @param change what to lay over it, which takes nothing away
    void become(Digest next, Plan change) throws IOException {
        var touched = new HashSet<String>();
        for (var folder : change.folders()) {
            if (!names.containsKey(folder)) {
                touched.add(folder);
                touched.add(parent(folder));
            }
        }
        for (var leaf : leaves(change)) {
            Files.deleteIfExists(directory.resolve(leaf));
            touched.add(parent(leaf));
        }
        writer.copy(change, directory, file -> Optional.of(PlanWriter.modified(file)));
        note(change);
        for (var folder : touched) {
            stamp(folder);
        }
        digest = next;
    }

    private static List<String> leaves(Plan plan) {
        return Stream.concat(
                        plan.files().stream().map(Plan.File::path),
                        plan.links().stream().map(Plan.Link::path))
                .toList();
    }

    /// Makes it again what it was before the command. No command may be running in it any more.
    ///
    /// @return false if that is not worth it, as the command has replaced or closed directories
    /// @throws SteadingException with `MissingBlobs` if what it has changed is no longer in the store
    boolean restore() throws IOException {
        var doubtful = begin.minus(TICK);
        var touched = new HashSet<String>();
        for (var folder : names.entrySet()) {
            var was = stamps.get(folder.getKey());
            var now = Stamp.of(directory.resolve(folder.getKey()));
            if (was == null || now.isEmpty() || !now.get().isSameAs(was)) {
                return false;
            }
            if (!now.get().equals(was) || was.changedSince(doubtful)) {
                removeOthers(directory.resolve(folder.getKey()), folder.getValue());
                touched.add(folder.getKey());
            }
        }
        for (var file : files.values()) {
            if (!isUntouched(file.path(), doubtful) && !isIntact(file)) {
                remove(file.path());
                writer.copy(file, directory.resolve(file.path()), Optional.of(PlanWriter.modified(file)));
                stamp(file.path());
                touched.add(parent(file.path()));
            }
        }
        for (var link : links.values()) {
            if (!isUntouched(link.path(), doubtful)) {
                remove(link.path());
                PlanWriter.makeLink(link, directory.resolve(link.path()));
                stamp(link.path());
                touched.add(parent(link.path()));
            }
        }
        for (var folder : touched) {
            stamp(folder);
        }
        return true;
    }

    private static void removeOthers(Path folder, Set<String> names) throws IOException {
        // Paths are the same byte by byte; what is no UTF-8 may look the same as text.
        var known = names.stream().map(folder::resolve).collect(Collectors.toSet());
        try (var all = Files.newDirectoryStream(folder)) {
            for (var each : all) {
                if (!known.contains(each)) {
                    Trees.delete(each);
                }
            }
        }
    }

    private void remove(String path) throws IOException {
        Trees.delete(directory.resolve(path));
    }

    private boolean isUntouched(String path, Instant doubtful) throws IOException {
        var was = stamps.get(path);
        return was != null
                && !was.changedSince(doubtful)
                && Stamp.of(directory.resolve(path)).filter(was::equals).isPresent();
    }

    /// The stamp alone does not tell.
    private boolean isIntact(Plan.File file) throws IOException {
        var path = directory.resolve(file.path());
        return Stamp.of(path).equals(Optional.ofNullable(stamps.get(file.path())))
                && Digests.of(path, file.digest().function()).equals(file.digest());
    }
}
