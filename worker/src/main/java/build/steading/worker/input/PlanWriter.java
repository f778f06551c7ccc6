// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.LocalBlobs;
import build.steading.lifecycle.Parallel;
import build.steading.tree.NodeTraits;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Function;

/// Makes what a [Plan] says, below a directory. Thread-safe.
final class PlanWriter {
    static final FileTime MODIFIED = FileTime.from(InputTree.MODIFIED);

    /// What the worker itself needs of a directory.
    private static final int USABLE = 0700;

    private static final int WORTH_A_THREAD = 500;

    private final LocalBlobs blobs;

    PlanWriter(LocalBlobs blobs) {
        this.blobs = blobs;
    }

    /// Makes hard links into the store: whoever gets at them must not be able to write.
    void link(Plan plan, Path root) throws IOException {
        write(plan, root, file -> link(file, root.resolve(file.path())));
    }

    /// Makes copies.
    ///
    /// @param time when a file shall seem to have been modified; empty for now
    void copy(Plan plan, Path root, Function<Plan.File, Optional<FileTime>> time) throws IOException {
        write(plan, root, file -> copy(file, root.resolve(file.path()), time.apply(file)));
    }

    /// Makes copies in a directory where some files, of other plans, are already: those are kept.
    void copyMissing(Plan plan, Path root, Function<Plan.File, Optional<FileTime>> time) throws IOException {
        write(plan, root, file -> {
            try {
                copy(file, root.resolve(file.path()), time.apply(file));
            } catch (FileAlreadyExistsException _) {
                // What came first is kept.
            }
        });
    }

    /// Returns when a file was modified as far as commands see, unless it is a warm one.
    static FileTime modified(Plan.File file) {
        return NodeTraits.of(file.node().getNodeProperties())
                .modified()
                .map(FileTime::from)
                .orElse(MODIFIED);
    }

    private static void write(Plan plan, Path root, Parallel.Step<Plan.File> step) throws IOException {
        for (var folder : plan.folders()) {
            Files.createDirectories(root.resolve(folder));
        }
        var files = plan.files();
        var threads = Math.min(Runtime.getRuntime().availableProcessors(), 1 + files.size() / WORTH_A_THREAD);
        Parallel.forEach(files, threads, step);
        for (var link : plan.links()) {
            makeLink(link, root.resolve(link.path()));
        }
        for (var folder : plan.traits().entrySet()) {
            apply(withUsableMode(folder.getValue()), root.resolve(folder.getKey()));
        }
    }

    /// Makes one link; what is there already is kept.
    static void makeLink(Plan.Link link, Path path) throws IOException {
        try {
            Files.createSymbolicLink(path, Path.of(link.node().getTarget()));
        } catch (FileAlreadyExistsException _) {
            // What came first is kept.
            return;
        }
        apply(
                new NodeTraits(
                        Optional.empty(),
                        NodeTraits.of(link.node().getNodeProperties()).modified()),
                path);
    }

    private static NodeTraits withUsableMode(NodeTraits traits) {
        return new NodeTraits(traits.mode().map(mode -> mode | USABLE), traits.modified());
    }

    private static void apply(NodeTraits traits, Path path) throws IOException {
        if (traits.mode().isPresent()) {
            Files.setAttribute(path, "unix:mode", traits.mode().get());
        }
        if (traits.modified().isPresent()) {
            Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(FileTime.from(traits.modified().get()), null, null);
        }
    }

    private void link(Plan.File file, Path target) throws IOException {
        var digest = file.digest();
        if (digest.isEmpty() || file.node().hasNodeProperties()) {
            // What is in the store belongs to others too, who ask for other properties.
            copy(file, target, Optional.of(modified(file)));
            return;
        }
        var stored = blobs.file(digest, file.node().getIsExecutable());
        try {
            Files.createLink(target, stored);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException _) {
            // A file can have only so many links, and none on another file system.
            copy(file, target, Optional.of(modified(file)));
        }
    }

    /// Makes one copy, where nothing is yet.
    void copy(Plan.File file, Path target, Optional<FileTime> time) throws IOException {
        var digest = file.digest();
        if (digest.isEmpty()) {
            Files.createFile(target);
            if (file.node().getIsExecutable()) {
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        } else {
            Files.copy(blobs.file(digest, file.node().getIsExecutable()), target);
        }
        var asked = NodeTraits.of(file.node().getNodeProperties());
        apply(new NodeTraits(asked.mode(), time.map(FileTime::toInstant)), target);
    }
}
