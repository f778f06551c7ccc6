// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.LocalBlobs;
import build.steading.failure.SteadingException;
import build.steading.tree.NodeTraits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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

    private interface Step {
        void make(Plan.File file) throws IOException;
    }

    private static void write(Plan plan, Path root, Step step) throws IOException {
        for (var folder : plan.folders()) {
            Files.createDirectories(root.resolve(folder));
        }
        var files = plan.files();
        var threads = Math.min(Runtime.getRuntime().availableProcessors(), 1 + files.size() / WORTH_A_THREAD);
        if (threads == 1) {
            makeAll(files, step);
        } else {
            makeInParallel(files, step, threads);
        }
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

    private static void makeAll(List<Plan.File> files, Step step) throws IOException {
        for (var file : files) {
            step.make(file);
        }
    }

    private static void makeInParallel(List<Plan.File> files, Step step, int threads) throws IOException {
        var share = (files.size() + threads - 1) / threads;
        var parts = new ArrayList<Future<?>>();
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var from = 0; from < files.size(); from += share) {
                var part = files.subList(from, Math.min(files.size(), from + share));
                parts.add(workers.submit(() -> {
                    makeAll(part, step);
                    return null;
                }));
            }
        }
        for (var part : parts) {
            join(part);
        }
    }

    private static void join(Future<?> part) throws IOException {
        try {
            part.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failed -> throw failed;
                case SteadingException failed -> throw failed;
                case null, default -> throw new UncheckedIOException(new IOException(e.getCause()));
            }
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
