// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Watches names that are looked at again and again: while nothing has happened there, another look would show
/// the same. Thread-safe: one lock guards all of it, and is held while the kernel is asked what it has noticed.
///
/// What is watched is each directory on the way to a name, and the file itself, by whatever other name it may be
/// changed. Where something may happen without this kernel, as in file systems of a network, each look is taken.
final class Lookout implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Lookout.class.getName());

    private static final Duration REST = Duration.ofSeconds(10);

    /// How long to live without more names after there was no room for them.
    private static final long FULL_NANOS = TimeUnit.MINUTES.toNanos(10);

    /// Of what a user may watch: editors do that, too.
    private static final int SHARE = 4;

    private static final int MOST_NAMES = 100_000;

    private final Supplier<Optional<Notices>> source;
    private final int limit;
    private final Duration rest;

    @GuardedBy("this")
    private @Nullable Watches watches;

    @GuardedBy("this")
    private long begun;

    /// @param source nothing if nobody tells what happens
    /// @param limit of names
    /// @param rest how long not to try again what could not be watched, and not to begin anew
    Lookout(Supplier<Optional<Notices>> source, int limit, Duration rest) {
        this.source = source;
        this.limit = limit;
        this.rest = rest;
        begin();
    }

    /// Watches nothing.
    static Lookout none() {
        return new Lookout(Optional::empty, 0, REST);
    }

    static Lookout open() {
        return new Lookout(Notices::open, limit(), REST);
    }

    private static int limit() {
        // The kernel tells it to whoever reads all of it at once.
        try (var reader = Files.newBufferedReader(Path.of("/proc/sys/fs/inotify/max_user_watches"))) {
            var most = String.valueOf(reader.readLine());
            return (int) Math.min(MOST_NAMES, Long.parseLong(most) / SHARE);
        } catch (IOException | NumberFormatException e) {
            LOG.log(Level.DEBUG, "How many files may be watched is not known", e);
            return 0;
        }
    }

    private synchronized void begin() {
        begun = System.nanoTime();
        watches = source.get().map(Watches::new).orElse(null);
    }

    /// Takes in what has been noticed until now.
    synchronized void refresh() {
        if (watches != null && !watches.refresh()) {
            watches.close();
            watches = null;
        }
        if (watches == null && limit > 0 && System.nanoTime() - begun >= rest.toNanos()) {
            begin();
        }
    }

    /// Returns where to remember what a look at a name will show; nothing if it is not watched.
    ///
    /// @param frame to ask the kernel by
    /// @param nanos now, by [System#nanoTime]
    @Nullable
    Post post(Name name, Frame frame, long nanos) {
        return switch (name.watch()) {
            case Name.Watched(var post) when post.isWatched() -> post;
            case Name.Resting(var until) when nanos - until < 0 -> null;
            case Name.Watched _, Name.Resting _ -> placed(name, frame, nanos);
            case Name.New _ -> {
                // Most names are looked at once.
                name.watch(new Name.Resting(nanos));
                yield null;
            }
        };
    }

    private synchronized @Nullable Post placed(Name name, Frame frame, long nanos) {
        if (name.watch() instanceof Name.Watched(var post) && post.isWatched()) {
            return post;
        }
        var made = withRoom(nanos).flatMap(room -> new Walk(room, frame, name).post());
        name.watch(made.<Name.Watch>map(Name.Watched::new).orElseGet(() -> new Name.Resting(nanos + rest.toNanos())));
        return made.orElse(null);
    }

    @GuardedBy("this")
    private Optional<Watches> withRoom(long nanos) {
        if (watches != null && watches.size() >= limit && nanos - begun > FULL_NANOS) {
            watches.close();
            begin();
        }
        return Optional.ofNullable(watches).filter(now -> now.size() < limit);
    }

    @Override
    public synchronized void close() {
        if (watches != null) {
            watches.close();
            watches = null;
        }
    }
}
