// SPDX-License-Identifier: Apache-2.0
package build.steading.blob.pack;

import build.steading.blob.Durability;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Appends records to the packs. All that waits is written together, brought to the disk together, and only then
/// known to the index. Thread-safe; a thread of its own writes, which nobody interrupts.
final class PackWriter implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PackWriter.class.getName());
    private static final int MAX_WAITING = 4096;
    private static final int MAX_BATCH = 1024;
    private static final Group END = new Group(List.of(), false);

    private final PackTail tail;
    private final Index index;
    private final Durability durability;
    private final Thread thread;
    private final BlockingQueue<Group> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private volatile boolean closing;
    private volatile Place end;
    private volatile Place durableEnd;

    /// Records that were handed over together.
    private static final class Group {
        private final List<Append> appends;
        private final boolean durable;
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile @Nullable Exception failure;

        Group(List<Append> appends, boolean durable) {
            this.appends = List.copyOf(appends);
            this.durable = durable;
        }
    }

    /// @param tail where to append; belongs to this from now on
    PackWriter(PackTail tail, Index index, Durability durability) {
        this.tail = tail;
        this.index = index;
        this.durability = durability;
        this.end = tail.end();
        this.durableEnd = end;
        this.thread = Thread.ofPlatform().name("pack-writer").start(this::writeAll);
    }

    /// Returns a place before which the index knows every record.
    Place end() {
        return end;
    }

    /// Returns whether a record survives the end of the machine, as far as this store promises that.
    boolean isDurable(Place place) {
        return durability == Durability.NONE || place.compareTo(durableEnd) < 0;
    }

    /// Appends records and returns when they are stored.
    ///
    /// @param durable whether they, and all that was appended before, then survive the end of the machine
    /// @throws SteadingException with `Unavailable` if some of them are not
    void append(List<Append> appends, boolean durable) {
        var group = new Group(appends, durable);
        try {
            waiting.put(group);
            while (!group.done.await(1, TimeUnit.SECONDS)) {
                if (closing && !thread.isAlive()) {
                    throw new SteadingException(new Failure.Unavailable("The store is closed"));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SteadingException.unavailable("Interrupted while a blob was being stored", e);
        }
        var failure = group.failure;
        if (failure != null) {
            throw SteadingException.unavailable("Blobs cannot be stored: " + failure.getMessage(), failure);
        }
    }

    private void writeAll() {
        var groups = new ArrayList<Group>();
        var ended = false;
        while (!ended) {
            take(groups);
            ended = groups.remove(END);
            try {
                commit(groups);
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.WARNING, "Blobs could not be stored", e);
                groups.forEach(group -> group.failure = e);
            }
            groups.forEach(group -> group.done.countDown());
        }
    }

    private void take(List<Group> groups) {
        groups.clear();
        try {
            groups.add(waiting.take());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        waiting.drainTo(groups, MAX_BATCH - 1);
    }

    private void commit(List<Group> groups) throws IOException {
        var places = new ArrayList<Place>();
        var force = durability == Durability.EACH && groups.stream().anyMatch(group -> group.durable);
        try {
            for (var group : groups) {
                for (var append : group.appends) {
                    places.add(tail.append(append.record()));
                }
            }
            tail.commit(force);
        } catch (IOException e) {
            tail.rollBack();
            throw e;
        }
        var place = places.iterator();
        for (var group : groups) {
            for (var append : group.appends) {
                know(append, place.next());
            }
        }
        end = tail.end();
        if (force) {
            durableEnd = end;
        }
    }

    private void know(Append append, Place place) throws IOException {
        var table = index.table(append.key());
        if (append.from().isPresent()) {
            table.move(append.key(), append.from().get(), place);
        } else {
            table.put(append.key(), place, append.usedSeconds());
        }
    }

    /// Writes what waits, and ends.
    @Override
    public void close() throws IOException {
        closing = true;
        try {
            waiting.put(END);
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        tail.commit(durability == Durability.EACH);
        tail.close();
    }
}
