// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import build.steading.failure.SteadingException;
import build.steading.worker.input.InputTree.Below;
import build.steading.worker.input.LayerCache.Made;
import build.steading.worker.input.LayerCache.Pin;
import build.steading.worker.input.WarmInputs.Restorable;
import build.steading.worker.sandbox.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Input trees as read-only layers of hard links, for an overlay to lie on. Actions with the same tree share a
/// layer, and a tree that differs little from one used of late is a thin layer on that one. Thread-safe.
public final class LayeredInputs implements Inputs {
    /*
     * A layer is never written to: the kernel copies a file up into the action's own directory before the first
     * write, whoever the command runs as. Layers are named by number, as the kernel takes only so many characters.
     */
    private static final int MAX_DEPTH = 4;
    private static final int CANDIDATES = 4;

    /// Trees smaller than this are made whole.
    private static final int WORTH_A_BASE = 64;

    private final Path directory;
    private final LocalBlobs blobs;
    private final Directories directories;
    private final PlanWriter writer;
    private final WarmInputs warmInputs;
    private final LayerCache layers;
    private final Consumer<Path> remover;
    private final AtomicLong names = new AtomicLong();

    /// @param directory for the layers, empty
    /// @param maxFiles how many files the layers may have
    /// @param remover deletes a directory at its leisure
    public LayeredInputs(
            Path directory, LocalBlobs blobs, Directories directories, int maxFiles, Consumer<Path> remover) {
        this.directory = directory;
        this.blobs = blobs;
        this.directories = directories;
        this.writer = new PlanWriter(blobs);
        this.warmInputs = new WarmInputs(blobs, directories);
        this.layers = new LayerCache(maxFiles, remover);
        this.remover = remover;
    }

    @Override
    public InputTree prepare(Digest root, List<WarmDirectory> warm, Path attempt) {
        var pins = new ArrayList<Pin>();
        try {
            pins.add(layers.acquire(new Layer.Key.Tree(root), () -> makeTree(root)));
            var below = new ArrayList<>(List.of(new Below("", root)));
            var restored = warmInputs.restorable(warm, root);
            for (var each : restored) {
                pins.add(warmLayer(each));
                below.add(new Below(each.warm().path(), each.warm().tree()));
            }
            if (!Files.isDirectory(attempt)) {
                Place.create(attempt, true);
            }
            warmInputs.renew(restored, attempt.resolve("upper"));
            var chain =
                    pins.stream().flatMap(pin -> pin.layer().chain().stream()).toList();
            return new InputTree(new Place(attempt, chain), below, () -> release(pins, attempt));
        } catch (IOException e) {
            release(pins, attempt);
            throw SteadingException.unavailable("The input tree cannot be made in `%s`".formatted(attempt), e);
        } catch (RuntimeException e) {
            release(pins, attempt);
            throw e;
        }
    }

    private void release(List<Pin> pins, Path attempt) {
        pins.forEach(Pin::close);
        if (Files.exists(attempt)) {
            remover.accept(attempt);
        }
    }

    private Made makeTree(Digest root) {
        for (var base : layers.latestTrees(CANDIDATES)) {
            try (base) {
                var thin = makeThin(base, root);
                if (thin.isPresent()) {
                    return thin.get();
                }
            }
        }
        var plan = new Plan(directories).tree("", root).requireAll(blobs);
        var size = plan.size();
        return new Made(new Layer(link(plan), null, size, size), null);
    }

    /// Returns a layer on `base`, if the difference is small enough to be worth it.
    private Optional<Made> makeThin(Pin base, Digest root) {
        var below = base.layer();
        if (below.treeFiles() < WORTH_A_BASE
                || below.depth() >= MAX_DEPTH
                || !(base.key() instanceof Layer.Key.Tree(var baseRoot))) {
            return Optional.empty();
        }
        return TreeDiff.overlay(directories, baseRoot, root, below.treeFiles() / 4)
                .map(plan -> {
                    plan.requireAll(blobs);
                    var made = new Layer(link(plan), below, plan.size(), below.treeFiles() + plan.size());
                    return new Made(made, base.share());
                });
    }

    private Path link(Plan plan) {
        return make(target -> writer.link(plan, target));
    }

    private interface Content {
        void write(Path target) throws IOException;
    }

    private Path make(Content content) {
        var target = directory.resolve(Long.toString(names.incrementAndGet(), Character.MAX_RADIX));
        try {
            Files.createDirectory(target);
            content.write(target);
            return target;
        } catch (IOException e) {
            remover.accept(target);
            throw SteadingException.unavailable("A layer cannot be made in `%s`".formatted(target), e);
        } catch (RuntimeException e) {
            remover.accept(target);
            throw e;
        }
    }

    private Pin warmLayer(Restorable restorable) {
        var warm = restorable.warm();
        var plan = restorable.content();
        return layers.acquire(new Layer.Key.Warm(warm.path(), warm.tree()), () -> {
            var target = make(layer -> warmInputs.write(plan, layer));
            return new Made(new Layer(target, null, plan.size(), plan.size()), null);
        });
    }
}
