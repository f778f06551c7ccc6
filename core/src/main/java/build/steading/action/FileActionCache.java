// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.bazel.remote.execution.v2.ActionResult;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.BackgroundJob;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Remembers each result in a file of its own below one directory, which belongs to one process at a time.
/// Thread-safe.
///
/// Files are `ab/abcd…-123` (`hash-size` of the action), in the form of [StoredResult]. They are renamed to their
/// names when they are whole; what a power failure damages is a miss. A use is recorded in the time of
/// modification, every few minutes at most. In the background the least recently used results beyond a number are
/// deleted.
public final class FileActionCache implements ActionCache, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FileActionCache.class.getName());
    private static final Duration TOUCH_EVERY = Duration.ofMinutes(5);

    private final Path directory;
    private final InstantSource clock;
    private final ResultFiles files;
    private final BackgroundJob trim;
    private final long trimEvery;
    private final AtomicLong puts = new AtomicLong();
    private final String unique = "%x-%x-".formatted(ProcessHandle.current().pid(), System.nanoTime());

    /// Opens the cache without looking at its results.
    ///
    /// @param directory made if it is absent
    /// @param maxEntries how many results are kept; there may be a tenth more before some are deleted
    /// @throws SteadingException with `Unavailable` if the directory cannot be used
    public FileActionCache(Path directory, int maxEntries, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
        this.trimEvery = Math.max(1, maxEntries / 10);
        try {
            this.files = new ResultFiles(directory, maxEntries, ResultFiles.UNFINISHED + unique);
        } catch (IOException e) {
            throw SteadingException.unavailable("The action cache `%s` cannot be opened".formatted(directory), e);
        }
        this.trim = new BackgroundJob("action-cache-trim", this::trim);
        trim.request();
    }

    @Override
    public Optional<ActionResult> find(Digest action) {
        var file = files.of(action);
        if (!Files.exists(file)) {
            // Most are unknown, and an exception costs more than a look.
            return Optional.empty();
        }
        try {
            var result = StoredResult.decode(action, Files.readAllBytes(file));
            if (result.isEmpty()) {
                LOG.log(Level.WARNING, "The bytes of `{0}` are bad: deleted it", file);
                Files.deleteIfExists(file);
                return Optional.empty();
            }
            touch(file);
            return result;
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw SteadingException.unavailable("Result `%s` cannot be read".formatted(file), e);
        }
    }

    private void touch(Path file) throws IOException {
        var now = clock.instant();
        var last = Files.getLastModifiedTime(file).toInstant();
        if (!now.isBefore(last.plus(TOUCH_EVERY))) {
            Files.setLastModifiedTime(file, FileTime.from(now));
        }
    }

    @Override
    public void put(Digest action, ActionResult result) {
        var number = puts.incrementAndGet();
        var file = files.of(action);
        var unfinished = file.resolveSibling(ResultFiles.UNFINISHED + unique + number);
        try {
            ResultFiles.write(unfinished, StoredResult.encode(action, result));
            Files.setLastModifiedTime(unfinished, FileTime.from(clock.instant()));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            discard(unfinished);
            var why = Objects.requireNonNullElse(e.getMessage(), "unknown");
            throw SteadingException.unavailable("A result cannot be stored in `%s`: %s".formatted(directory, why), e);
        }
        if (number % trimEvery == 0) {
            trim.request();
        }
    }

    private static void discard(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Could not delete " + unfinished, e);
        }
    }

    /// Deletes the least recently used results beyond the limit. It happens by itself in the background.
    void trim() {
        try {
            files.trim();
        } catch (IOException e) {
            throw SteadingException.unavailable("The results in `%s` cannot be trimmed".formatted(directory), e);
        }
    }

    /// Ends the background work.
    @Override
    public void close() {
        trim.close();
    }
}
