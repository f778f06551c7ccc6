// SPDX-License-Identifier: Apache-2.0
package build.steading.action;

import build.steading.digest.Digest;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// The files of a [FileActionCache], in 256 directories. Thread-safe.
final class ResultFiles {
    /// What the names of unfinished files begin with.
    static final String UNFINISHED = ".new-";

    private static final int DIRECTORIES = 256;

    private final Path directory;
    private final int maxEntries;
    private final String alive;

    private record Result(Path file, Instant used) {}

    /// @param maxEntries how many results are left after trimming
    /// @param alive what the names of this process's unfinished files begin with
    ResultFiles(Path directory, int maxEntries, String alive) throws IOException {
        this.directory = directory;
        this.maxEntries = maxEntries;
        this.alive = alive;
        Files.createDirectories(directory);
    }

    /// Writes a file into one of the directories, which is made when it is needed.
    static void write(Path file, byte[] bytes) throws IOException {
        try {
            Files.write(file, bytes);
        } catch (NoSuchFileException _) {
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.write(file, bytes);
        }
    }

    Path of(Digest action) {
        return directory.resolve(action.hash().substring(0, 2)).resolve(name(action));
    }

    /// As a blob's file is called: `hash-size`, and what marks another function than SHA-256.
    private static String name(Digest action) {
        var name = action.hash() + "-" + action.sizeBytes();
        return action.function().mark().isEmpty()
                ? name
                : name + "." + action.function().mark();
    }

    /// Deletes what dead processes left unfinished, and the least recently used results beyond the limit. Ends
    /// early when the thread is interrupted.
    synchronized void trim() throws IOException {
        var found = list();
        if (found.size() <= maxEntries) {
            return;
        }
        var results = new ArrayList<Result>();
        for (var file : found) {
            try {
                results.add(new Result(file, Files.getLastModifiedTime(file).toInstant()));
            } catch (NoSuchFileException _) {
                // Its bytes were bad, and somebody who read it has deleted it.
            }
        }
        results.sort(Comparator.comparing(Result::used));
        var excess = results.size() - maxEntries;
        for (var i = 0; i < excess && !Thread.currentThread().isInterrupted(); i++) {
            Files.deleteIfExists(results.get(i).file());
        }
    }

    private List<Path> list() throws IOException {
        var found = new ArrayList<Path>();
        for (var i = 0; i < DIRECTORIES && !Thread.currentThread().isInterrupted(); i++) {
            try (var files = Files.newDirectoryStream(directory.resolve("%02x".formatted(i)))) {
                for (var file : files) {
                    sort(file, found);
                }
            } catch (NoSuchFileException _) {
                // Nothing has been stored here yet.
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        return found;
    }

    private void sort(Path file, List<Path> found) throws IOException {
        var name = file.getFileName().toString();
        if (!name.startsWith(UNFINISHED)) {
            found.add(file);
        } else if (!name.startsWith(alive)) {
            Files.deleteIfExists(file);
        }
    }
}
