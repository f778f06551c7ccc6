// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import build.steading.failure.SteadingException;
import build.steading.worker.sandbox.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// Input trees as private copies (which share blocks where the file system can), for machines without overlays: a
/// hard link could be written through. Copies of larger trees are kept, and handed to one action after the other.
/// Thread-safe.
public final class CopiedInputs implements Inputs {
    /// Trees smaller than this are made anew, which takes no longer than putting one right.
    private static final int WORTH_KEEPING = 64;

    private static final int CANDIDATES = 4;

    private final LocalBlobs blobs;
    private final Directories directories;
    private final PlanWriter writer;
    private final WarmInputs warmInputs;
    private final KeptTrees kept;
    private final Tidier tidier;

    /// Does in the background what no action waits for.
    public interface Tidier extends Consumer<Path>, Executor {
        /// Deletes a directory at its leisure.
        @Override
        void accept(Path directory);

        /// Does something soon.
        @Override
        void execute(Runnable work);
    }

    /// @param directory for the copies that are kept, empty
    /// @param maxFiles how many files those may have
    public CopiedInputs(Path directory, LocalBlobs blobs, Directories directories, int maxFiles, Tidier tidier) {
        this.blobs = blobs;
        this.directories = directories;
        this.writer = new PlanWriter(blobs);
        this.warmInputs = new WarmInputs(blobs, directories);
        this.kept = new KeptTrees(directory, maxFiles, tidier);
        this.tidier = tidier;
    }

    @Override
    public InputTree prepare(Digest root, List<WarmDirectory> warm, Path attempt) {
        try {
            return warm.isEmpty() ? prepare(root, attempt) : prepareWarm(root, warm, attempt);
        } catch (IOException e) {
            discard(attempt);
            throw SteadingException.unavailable("The input tree cannot be made in `%s`".formatted(attempt), e);
        } catch (RuntimeException e) {
            discard(attempt);
            throw e;
        }
    }

    private InputTree prepare(Digest root, Path attempt) throws IOException {
        Place.create(attempt, false);
        var place = new Place(attempt, List.of());
        var tree = kept.take(root, place.root());
        if (tree.isEmpty()) {
            tree = adapted(root, place.root());
        }
        if (tree.isEmpty()) {
            var plan = new Plan(directories).tree("", root).requireAll(blobs);
            if (plan.size() < WORTH_KEEPING || !CopiedTree.canBeKept(plan)) {
                writer.copy(plan, place.root(), file -> Optional.of(PlanWriter.modified(file)));
                return new InputTree(place, List.of(), () -> tidier.accept(attempt));
            }
            tree = Optional.of(CopiedTree.write(writer, plan, root, place.root()));
        }
        var copied = tree.get();
        copied.handOver();
        return new InputTree(place, List.of(), () -> keep(copied, attempt));
    }

    /// Makes a kept tree another one, if the difference is small.
    private Optional<CopiedTree> adapted(Digest root, Path target) throws IOException {
        for (var base : kept.latest(CANDIDATES).entrySet()) {
            var change = TreeDiff.overlay(directories, base.getKey(), root, base.getValue() / 4);
            if (change.filter(CopiedTree::canBeKept).isPresent()) {
                change.get().requireAll(blobs);
                var tree = kept.take(base.getKey(), target);
                if (tree.isPresent()) {
                    tree.get().become(root, change.get());
                    return tree;
                }
            }
        }
        return Optional.empty();
    }

    private void keep(CopiedTree tree, Path attempt) {
        var restoring = kept.keep(tree);
        tidier.execute(() -> {
            restoring.run();
            tidier.accept(attempt);
        });
    }

    private InputTree prepareWarm(Digest root, List<WarmDirectory> warm, Path attempt) throws IOException {
        var plan = new Plan(directories).tree("", root).requireAll(blobs);
        Place.create(attempt, false);
        var place = new Place(attempt, List.of());
        var restored = warmInputs.restorable(warm, root);
        warmInputs.renew(restored, place.root());
        writer.copyMissing(plan, place.root(), file -> Optional.of(PlanWriter.modified(file)));
        for (var each : restored) {
            warmInputs.write(each.content(), place.root());
        }
        return new InputTree(place, List.of(), () -> tidier.accept(attempt));
    }

    private void discard(Path attempt) {
        if (Files.exists(attempt)) {
            tidier.accept(attempt);
        }
    }
}
