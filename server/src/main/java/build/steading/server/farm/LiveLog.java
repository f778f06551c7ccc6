// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.execute.ExecutionObserver;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// What a running attempt has printed so far, and who follows it. It begins in memory and goes on in a file when
/// it grows.
///
/// Thread-safe: one lock guards all state; followers are called while it is held, so that they see everything
/// once.
final class LiveLog implements AutoCloseable {
    private static final int MEMORY_BYTES = 256 << 10;

    private final Path file;

    @GuardedBy("this")
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();

    @GuardedBy("this")
    private final List<ExecutionObserver> followers = new ArrayList<>();

    @GuardedBy("this")
    private long sizeBytes;

    @GuardedBy("this")
    private boolean spilled;

    @GuardedBy("this")
    private boolean closed;

    /// @param file where the log goes on when it grows; nothing is there yet
    LiveLog(Path file) {
        this.file = file;
    }

    /// Adds whole records. What was added before is ignored.
    ///
    /// @param offset how many bytes of the log came before
    /// @return how many bytes the log has now; less than `offset` if bytes before it are missing: nothing was
    ///     added then
    /// @throws SteadingException with `Invalid` if these are no records, `Unavailable` if the disk fails
    synchronized long append(long offset, byte[] records) {
        if (offset > sizeBytes) {
            return sizeBytes;
        }
        var known = (int) Math.min(records.length, sizeBytes - offset);
        if (known == records.length || closed) {
            return sizeBytes;
        }
        var fresh = known == 0 ? records : java.util.Arrays.copyOfRange(records, known, records.length);
        try {
            keep(fresh);
            tell(new ByteArrayInputStream(fresh), followers);
            return sizeBytes;
        } catch (IOException e) {
            throw SteadingException.unavailable("Log `%s`: %s".formatted(file, e.getMessage()), e);
        }
    }

    private synchronized void keep(byte[] fresh) throws IOException {
        sizeBytes += fresh.length;
        if (!spilled && memory.size() + fresh.length <= MEMORY_BYTES) {
            memory.write(fresh);
            return;
        }
        spilled = true;
        Files.write(file, fresh, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// Tells `observer` what was printed so far, and then whatever is printed.
    ///
    /// @return whether the attempt still runs; if not, nothing is told
    synchronized boolean follow(ExecutionObserver observer) {
        if (closed) {
            return false;
        }
        try (var soFar = content()) {
            tell(soFar, List.of(observer));
        } catch (IOException e) {
            throw SteadingException.unavailable("Log `%s`: %s".formatted(file, e.getMessage()), e);
        }
        followers.add(observer);
        return true;
    }

    synchronized void forget(ExecutionObserver observer) {
        followers.remove(observer);
    }

    private synchronized InputStream content() throws IOException {
        var head = new ByteArrayInputStream(memory.toByteArray());
        return spilled ? new SequenceInputStream(head, Files.newInputStream(file)) : head;
    }

    private static void tell(InputStream records, List<ExecutionObserver> observers) throws IOException {
        for (var next = LogFormat.read(records); next.isPresent(); next = LogFormat.read(records)) {
            var entry = next.get();
            observers.forEach(observer -> observer.output(entry));
        }
    }

    /// Forgets everything: the worker has stored the log as a blob by now, or the attempt is void.
    @Override
    public synchronized void close() {
        closed = true;
        followers.clear();
        memory.reset();
        if (!spilled) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(LiveLog.class.getName()).log(System.Logger.Level.WARNING, "Could not delete " + file, e);
        }
    }
}
