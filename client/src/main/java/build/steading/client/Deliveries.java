// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.blob.BlobStore;
import build.steading.build.BuildRecord;
import build.steading.build.Delivery;
import build.steading.build.RequestRecord;
import build.steading.build.RequestRecord.State;
import build.steading.client.Outbox.Parcel;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/// Puts artifacts of a distant server where the user of this machine wants them, each once. Thread-safe.
final class Deliveries {
    /// How long the server may be away in the middle of a delivery.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /// Blobs fetched at a time.
    private static final int PARALLEL = 8;

    private final Outbox outbox;
    private final BlobStore blobs;
    private final Trees trees;
    private final Delivery delivery;
    private final ExecutorService threads;
    private final InstantSource clock;
    private final Map<Long, Object> locks = new ConcurrentHashMap<>();

    /// @param site whose blobs are read through: what was fetched is near
    Deliveries(Outbox outbox, RemoteBuilds.Site site, ExecutorService threads) {
        this.outbox = outbox;
        this.blobs = site.blobs();
        this.trees = site.trees();
        this.delivery = site.delivery();
        this.threads = threads;
        this.clock = site.clock();
    }

    /// Delivers what a request is owed of a build that has ended, unless that was done before.
    ///
    /// @return the request as it is answered
    RequestRecord settle(Parcel parcel, RequestRecord request, BuildRecord build) throws InterruptedException {
        synchronized (locks.computeIfAbsent(parcel.request(), _ -> new Object())) {
            var now = outbox.find(parcel.request()).orElse(parcel);
            return (now.isOpen() ? deliver(now, request, build) : now).on(request);
        }
    }

    private Parcel deliver(Parcel parcel, RequestRecord request, BuildRecord build) throws InterruptedException {
        if (build.artifacts().isEmpty() || request.state() != State.ANSWERED) {
            return outbox.settle(parcel, request.state(), request.note());
        }
        try {
            fetch(build.artifacts().get());
            var note = delivery.deliver(build.id(), build.artifacts().get(), parcel.out());
            return outbox.settle(parcel, State.ANSWERED, note);
        } catch (SteadingException e) {
            return outbox.settle(parcel, State.UNDELIVERED, e.failure().message());
        }
    }

    /// Brings a tree near, however often the connection breaks.
    private void fetch(Digest root) throws InterruptedException {
        var until = clock.instant().plus(PATIENCE);
        var backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
        while (true) {
            try {
                fetchOnce(root);
                return;
            } catch (SteadingException e) {
                if (!(e.failure() instanceof Failure.Unavailable)
                        || clock.instant().isAfter(until)) {
                    throw e;
                }
                Thread.sleep(backoff.pause());
            }
        }
    }

    private void fetchOnce(Digest root) throws InterruptedException {
        var files = new HashSet<Digest>();
        for (var leaf : trees.leaves(root).values()) {
            if (leaf instanceof Node.File(var digest, var _)) {
                files.add(digest);
            }
        }
        var batch = new Parallel(threads, new Semaphore(PARALLEL));
        try {
            for (var file : files) {
                batch.run(() -> touch(file));
            }
            batch.finish();
        } finally {
            batch.giveUp();
        }
    }

    /// Whoever opens a blob has it brought near.
    private void touch(Digest digest) {
        try {
            blobs.open(digest).close();
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), e);
        }
    }
}
