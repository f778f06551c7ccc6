// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.FileNode;
import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.execute.WarmDirectory;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Restores warm directories, so that programs which compare times see what changed since: warm files have the
/// times that they had, inputs that are the same as then are far older than all of them, and inputs that have
/// changed are newer. Thread-safe.
final class WarmInputs {
    private static final System.Logger LOG = System.getLogger(WarmInputs.class.getName());

    /// By how much the newest warm file is older than anything made after it was restored: more than a tick of
    /// the clock by which the kernel stamps files.
    private static final Duration MARGIN = Duration.ofMillis(20);

    private final LocalBlobs blobs;
    private final Directories directories;
    private final PlanWriter writer;

    WarmInputs(LocalBlobs blobs, Directories directories) {
        this.blobs = blobs;
        this.directories = directories;
        this.writer = new PlanWriter(blobs);
    }

    /// A warm directory that can be restored.
    ///
    /// @param content its files
    /// @param changed the inputs that are not what they were when it was left
    record Restorable(WarmDirectory warm, Plan content, Plan changed) {}

    /// Returns those of `warm` that hold something and can be restored. Evicted ones cannot.
    ///
    /// @param root the input root to be
    List<Restorable> restorable(List<WarmDirectory> warm, Digest root) {
        return warm.stream()
                .filter(each -> !each.tree().isEmpty())
                .flatMap(each -> restorable(each, root).stream())
                .toList();
    }

    private Optional<Restorable> restorable(WarmDirectory warm, Digest root) {
        try {
            var content = new Plan(directories)
                    .folders(warm.path())
                    .tree(warm.path(), warm.tree())
                    .requireAll(blobs);
            return Optional.of(new Restorable(warm, content, TreeDiff.changes(directories, warm.inputRoot(), root)));
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
            LOG.log(Level.DEBUG, "Warm directory `%s` begins empty: %s".formatted(warm.path(), e.getMessage()));
            return Optional.empty();
        }
    }

    /// Writes the files of a plan with their own times; what is there already is kept. All times are put back
    /// alike if the newest lies in the future, as other machines' clocks may be wrong.
    void write(Plan plan, Path root) throws IOException {
        var newest = plan.files().stream()
                .map(file -> modified(file.node()))
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
        var latest = Instant.now().minus(MARGIN);
        var back = newest.isAfter(latest) ? Duration.between(latest, newest) : Duration.ZERO;
        writer.copyMissing(
                plan,
                root,
                file -> Optional.of(FileTime.from(modified(file.node()).minus(back))));
    }

    private static Instant modified(FileNode node) {
        var time = node.getNodeProperties().hasMtime()
                ? node.getNodeProperties().getMtime()
                : Timestamp.getDefaultInstance();
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    /// Copies the inputs that have changed into `target`: being new, they look new.
    void renew(List<Restorable> restored, Path target) throws IOException {
        for (var each : restored) {
            var files = new Plan(directories);
            for (var file : each.changed().files()) {
                Files.createDirectories(target.resolve(file.path()).getParent());
                files.file(file.path(), file.node(), file.digest().function());
            }
            writer.copyMissing(files, target, _ -> Optional.empty());
        }
    }
}
