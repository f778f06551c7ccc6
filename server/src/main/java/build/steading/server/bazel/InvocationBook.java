// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import build.bazel.events.BuildEvent;
import build.steading.build.BuildId;
import build.steading.build.BuildRecords;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The invocations that are being told of. What is told twice counts once, also when a tool begins anew after the
/// connection broke; when an invocation has ended, it is among the builds before its last event is confirmed.
///
/// Thread-safe: one lock guards the book, one each invocation. Bounded: of too many, those that were not heard of
/// for the longest time are taken to have been broken off, as are those whose tool has gone and does not come
/// back.
public final class InvocationBook implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(InvocationBook.class.getName());

    private final BuildRecords records;
    private final InstantSource clock;
    private final Limits limits;
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();

    /// By the names of their streams, the one that was heard of last at the end.
    @GuardedBy("this")
    private final LinkedHashMap<String, Told> invocations = new LinkedHashMap<>(16, 0.75f, true);

    /// How long invocations are kept in mind.
    ///
    /// @param invocations how many are told of at a time
    /// @param patience for so long a tool whose connection broke may come back
    public record Limits(int invocations, Duration patience) {}

    public InvocationBook(BuildRecords records, InstantSource clock, Limits limits) {
        this.records = records;
        this.clock = clock;
        this.limits = limits;
    }

    /// Who is told about, and by whom.
    ///
    /// @param id names the stream of events
    /// @param teller who tells; the invocation may say for whom
    public record Source(String id, Teller teller) {}

    /// Says who is behind an invocation.
    @FunctionalInterface
    public interface Teller {
        /// @param claimed who the invocation says it is for; may be empty
        String person(String claimed);
    }

    /// Takes one event. When it returns the event need not be told again.
    ///
    /// @param number counts from 1; the first one that is told after a restart may be a later one
    /// @param event empty if it says nothing that matters here
    /// @param last whether nothing comes after it
    /// @throws SteadingException with `Invalid` if an earlier event was left out
    public void add(Source source, long number, Optional<BuildEvent> event, boolean last) {
        told(source).add(number, event, last);
    }

    private LiveInvocation told(Source source) {
        synchronized (this) {
            var known = invocations.get(source.id());
            if (known != null) {
                known.heard();
                return known.live;
            }
        }
        // Asks the records, so nobody need wait for that.
        var fresh = new Told(LiveInvocation.of(source, records, clock));
        var tooMany = Optional.<Told>empty();
        Told told;
        synchronized (this) {
            told = invocations.computeIfAbsent(source.id(), _ -> fresh);
            told.heard();
            if (invocations.size() > limits.invocations()) {
                tooMany = Optional.of(invocations.pollFirstEntry().getValue());
            }
        }
        tooMany.ifPresent(oldest -> oldest.live.breakOff());
        return told.live;
    }

    /// Notes that whoever told of an invocation has hung up. Unless he calls again or it has ended, it was broken
    /// off.
    ///
    /// @param id names the stream of events
    public synchronized void hungUp(String id) {
        var told = invocations.get(id);
        if (told == null) {
            return;
        }
        told.silent = true;
        if (!told.watched && !waiting.isShutdown()) {
            told.watched = true;
            waiting.execute(() -> watch(id, told));
        }
    }

    private void watch(String id, Told told) {
        try {
            long before;
            do {
                before = events(told);
                Thread.sleep(limits.patience());
            } while (isToBeWatched(told, before));
        } catch (InterruptedException _) {
            // The process ends; the next one waits anew.
            return;
        }
        breakOffIfSilent(id, told);
    }

    private synchronized long events(Told told) {
        return told.events;
    }

    /// Returns whether he has called again in the meantime, and hung up again.
    private synchronized boolean isToBeWatched(Told told, long before) {
        told.watched = told.silent && told.events > before;
        return told.watched;
    }

    private void breakOffIfSilent(String id, Told told) {
        synchronized (this) {
            if (!told.silent || !invocations.remove(id, told)) {
                return;
            }
        }
        try {
            told.live.breakOff();
        } catch (SteadingException e) {
            LOG.log(
                    Level.WARNING,
                    "The end of invocation {0} is not stored: {1}",
                    id,
                    e.failure().message());
        }
    }

    /// Returns the invocation that is this build, if it goes on.
    Optional<LiveInvocation> find(BuildId build) {
        return all().stream()
                .filter(live -> live.build().filter(build::equals).isPresent())
                .findFirst();
    }

    synchronized List<LiveInvocation> all() {
        return invocations.values().stream().map(told -> told.live).toList();
    }

    /// Stores what was told so far, for the next process to go on with.
    @Override
    public void close() {
        synchronized (this) {
            waiting.shutdownNow();
        }
        waiting.close();
        all().forEach(LiveInvocation::save);
    }

    private static final class Told {
        private final LiveInvocation live;

        /// How many events were told. Guarded by the book's lock, as is all that follows.
        private long events;

        /// Whether whoever told last has hung up.
        private boolean silent;

        /// Whether a thread waits for him.
        private boolean watched;

        Told(LiveInvocation live) {
            this.live = live;
        }

        void heard() {
            events++;
            silent = false;
        }
    }
}
