// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.build.BuildId;
import build.steading.build.RequestRecord;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/// Remembers where the artifacts of requests go that a distant server answers, in a directory of this machine
/// with a file for each request: what a process did not deliver, the next one does.
///
/// Thread-safe: one lock guards the table, and is held while a small file is written.
final class Outbox {
    private static final System.Logger LOG = System.getLogger(Outbox.class.getName());

    /// How many requests are remembered that have been answered.
    private static final int MAX_SETTLED = 1_000;

    private final Path directory;

    @GuardedBy("this")
    private final TreeMap<Long, Parcel> parcels = new TreeMap<>();

    /// Artifacts on their way.
    ///
    /// @param state OPEN until they have arrived, or cannot
    record Parcel(long request, BuildId build, Path out, RequestRecord.State state, String note) {
        boolean isOpen() {
            return state == RequestRecord.State.OPEN;
        }

        /// Returns the request as it is seen from here: it is not answered before its artifacts are in place.
        RequestRecord on(RequestRecord stored) {
            var here = stored.withOut(Optional.of(out));
            return isOpen() && stored.state() != RequestRecord.State.ANSWERED ? here : here.closed(state, note);
        }
    }

    /// @param directory made if it is not there
    /// @throws SteadingException with `Unavailable` if it cannot be read
    Outbox(Path directory) {
        this.directory = directory;
        try {
            Files.createDirectories(directory);
            try (var files = Files.list(directory)) {
                for (var file : files.toList()) {
                    read(file).ifPresent(parcel -> parcels.put(parcel.request(), parcel));
                }
            }
        } catch (IOException e) {
            throw unavailable(e);
        }
    }

    /// Remembers a new request.
    synchronized void expect(RequestRecord request, Path out) {
        keep(new Parcel(request.id(), request.build(), out, RequestRecord.State.OPEN, ""));
        forgetOldest();
    }

    /// Notes what became of a request's artifacts.
    ///
    /// @return what is known of the request from then on
    synchronized Parcel settle(Parcel parcel, RequestRecord.State state, String note) {
        var settled = new Parcel(parcel.request(), parcel.build(), parcel.out(), state, note);
        keep(settled);
        return settled;
    }

    synchronized Optional<Parcel> find(long request) {
        return Optional.ofNullable(parcels.get(request));
    }

    /// Returns what has not been delivered.
    synchronized List<Parcel> open() {
        return parcels.values().stream().filter(Parcel::isOpen).toList();
    }

    @GuardedBy("this")
    private void keep(Parcel parcel) {
        var text = new Properties();
        text.setProperty("build", parcel.build().toString());
        text.setProperty("out", parcel.out().toString());
        text.setProperty("state", parcel.state().name());
        text.setProperty("note", parcel.note());
        var temporary = directory.resolve(parcel.request() + ".new");
        try {
            var written = new StringWriter();
            text.store(written, null);
            Files.writeString(temporary, written.toString());
            Files.move(temporary, file(parcel.request()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unavailable(e);
        }
        parcels.put(parcel.request(), parcel);
    }

    @GuardedBy("this")
    private void forgetOldest() {
        var settled =
                parcels.values().stream().filter(parcel -> !parcel.isOpen()).toList();
        for (var parcel : settled.subList(0, Math.max(0, settled.size() - MAX_SETTLED))) {
            try {
                Files.deleteIfExists(file(parcel.request()));
            } catch (IOException e) {
                throw unavailable(e);
            }
            parcels.remove(parcel.request());
        }
    }

    private Path file(long request) {
        return directory.resolve(Long.toString(request));
    }

    private static Optional<Parcel> read(Path file) {
        try {
            var text = new Properties();
            text.load(new StringReader(Files.readString(file)));
            return Optional.of(new Parcel(
                    Long.parseLong(file.getFileName().toString()),
                    new BuildId(Long.parseLong(text.getProperty("build"))),
                    Path.of(text.getProperty("out")),
                    RequestRecord.State.valueOf(text.getProperty("state")),
                    text.getProperty("note")));
        } catch (IOException | RuntimeException e) {
            // Half of a file, by a process that died, or somebody else's.
            LOG.log(Level.WARNING, "File `%s` is passed over".formatted(file), e);
            return Optional.empty();
        }
    }

    private SteadingException unavailable(IOException e) {
        return SteadingException.unavailable("Directory `%s`: %s".formatted(directory, e), e);
    }
}
