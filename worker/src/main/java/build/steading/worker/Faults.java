// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.blob.CorruptBlobException;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.schedule.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Tells the classes of faults apart that the farm has different budgets for.
final class Faults {
    /// What the kernel says when there is no room, whatever the language of the machine: nothing here translates
    /// it.
    private static final String NO_SPACE = "No space left on device";

    private static final String OVER_QUOTA = "Disk quota exceeded";

    /// A disk with less room than this has none.
    private static final long FULL_BYTES = 1 << 20;

    private Faults() {}

    /// Returns the outcome of an attempt that failed.
    ///
    /// @param stage what it counts as, if its cause says nothing more precise
    static Outcome notRun(SteadingException e, Fault stage) {
        var fault = classify(e, stage);
        return new Outcome.NotRun(stage == Fault.UPLOAD ? ours(e.failure()) : e.failure(), fault);
    }

    /// Returns the outcome of an attempt whose command did not start.
    static Outcome notStarted(Failure failure) {
        return new Outcome.NotRun(failure, isNoSpace(failure.message()) ? Fault.DISK_FULL : Fault.SETUP);
    }

    /// Blobs of ours that we have lost are nothing that the requester could bring again.
    private static Failure ours(Failure failure) {
        return failure instanceof Failure.MissingBlobs
                ? new Failure.Unavailable("An output was lost before it was uploaded: " + failure.message())
                : failure;
    }

    private static Fault classify(SteadingException e, Fault stage) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CorruptBlobException) {
                return Fault.CORRUPT;
            }
            // Of this machine's disk: what other machines say of theirs is no `IOException`.
            if (cause instanceof IOException && isNoSpace(cause.getMessage())) {
                return Fault.DISK_FULL;
            }
        }
        return stage;
    }

    private static boolean isNoSpace(@Nullable String message) {
        return message != null && (message.contains(NO_SPACE) || message.contains(OVER_QUOTA));
    }

    /// Returns whether there is no room where `directory` is: a command that failed may have failed for that.
    static boolean isFull(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace() < FULL_BYTES;
        } catch (IOException _) {
            return false;
        }
    }
}
