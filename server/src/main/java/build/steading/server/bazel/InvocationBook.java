// SPDX-License-Identifier: Apache-2.0
package build.steading.server.bazel;

import build.bazel.events.BuildEvent;
import build.steading.build.BuildRecords;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// The invocations that are being told of. What is told twice counts once, also when a tool begins anew after the
/// connection broke; when an invocation has ended, it is among the builds before its last event is confirmed.
///
/// Thread-safe: one lock guards the book, one each invocation. Bounded: of too many, those that were not heard of
/// for the longest time are taken to have been broken off.
public final class InvocationBook {
    private final BuildRecords records;
    private final InstantSource clock;
    private final int maxInvocations;

    @GuardedBy("this")
    private final LinkedHashMap<String, Stream> streams = new LinkedHashMap<>(16, 0.75f, true);

    /// @param maxInvocations how many are told of at a time
    public InvocationBook(BuildRecords records, InstantSource clock, int maxInvocations) {
        this.records = records;
        this.clock = clock;
        this.maxInvocations = maxInvocations;
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
        var stream = stream(source);
        synchronized (stream) {
            if (stream.next > 0 && number > stream.next) {
                throw SteadingException.invalid(
                        "Event %d of `%s` comes after event %d", number, source.id(), stream.next - 1);
            }
            if (number < stream.next) {
                return;
            }
            event.ifPresent(stream.invocation::add);
            if (last) {
                store(stream);
                stream.invocation = new Invocation(source.id());
            }
            stream.next = number + 1;
        }
    }

    private Stream stream(Source source) {
        Optional<Stream> broken = Optional.empty();
        Stream stream;
        synchronized (this) {
            stream = streams.computeIfAbsent(source.id(), id -> new Stream(new Invocation(id), source.teller()));
            if (streams.size() > maxInvocations) {
                broken = Optional.of(streams.pollFirstEntry().getValue());
            }
        }
        broken.ifPresent(this::breakOff);
        return stream;
    }

    private void breakOff(Stream stream) {
        synchronized (stream) {
            store(stream);
        }
    }

    @GuardedBy("stream")
    private void store(Stream stream) {
        var invocation = stream.invocation;
        var key = "bazel " + invocation.id();
        if (!invocation.hasBegun() || records.request(key).isPresent()) {
            return;
        }
        var build = invocation.record(clock.instant());
        var request = new RequestRecord(
                0,
                build.id(),
                stream.teller.person(invocation.user()),
                Optional.empty(),
                build.spec().source().revision().name(),
                false,
                build.created(),
                Priority.INTERACTIVE,
                Optional.empty(),
                RequestRecord.State.ANSWERED,
                "",
                key);
        var stored = records.open(build, request);
        records.save(build.called(stored.build()), List.of(stored), List.of());
    }

    private static final class Stream {
        private final Teller teller;

        /// What was told since it was stored.
        @GuardedBy("this")
        private Invocation invocation;

        /// The number of the event that comes next; 0 if any may.
        @GuardedBy("this")
        private long next;

        Stream(Invocation invocation, Teller teller) {
            this.invocation = invocation;
            this.teller = teller;
        }
    }
}
