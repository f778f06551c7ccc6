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
import java.util.function.Consumer;

/// Input trees as private copies (which share blocks where the file system can), for machines without overlays: a
/// hard link could be written through. Thread-safe.
public final class CopiedInputs implements Inputs {
    private final LocalBlobs blobs;
    private final Directories directories;
    private final PlanWriter writer;
    private final WarmInputs warmInputs;
    private final Consumer<Path> remover;

    /// @param remover deletes a directory at its leisure
    public CopiedInputs(LocalBlobs blobs, Directories directories, Consumer<Path> remover) {
        this.blobs = blobs;
        this.directories = directories;
        this.writer = new PlanWriter(blobs);
        this.warmInputs = new WarmInputs(blobs, directories);
        this.remover = remover;
    }

    @Override
    public InputTree prepare(Digest root, List<WarmDirectory> warm, Path attempt) {
        var plan = new Plan(directories).tree("", root).requireAll(blobs);
        try {
            Place.create(attempt, false);
            var place = new Place(attempt, List.of());
            var restored = warmInputs.restorable(warm, root);
            warmInputs.renew(restored, place.root());
            writer.copyMissing(plan, place.root(), file -> Optional.of(PlanWriter.modified(file)));
            for (var each : restored) {
                warmInputs.write(each.content(), place.root());
            }
            return new InputTree(place, List.of(), () -> remover.accept(attempt));
        } catch (IOException e) {
            discard(attempt);
            throw SteadingException.unavailable("The input tree cannot be made in `%s`".formatted(attempt), e);
        } catch (RuntimeException e) {
            discard(attempt);
            throw e;
        }
    }

    private void discard(Path attempt) {
        if (Files.exists(attempt)) {
            remover.accept(attempt);
        }
    }
}
