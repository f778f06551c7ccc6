// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.blob.VerifyingInputStream;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Moves many blobs from or to a server: small ones share messages, and several messages and streams are under
/// way at a time. Thread-safe.
final class BlobTransfer {
    private static final int PARALLEL = 4;

    /// What a message needs beside the bytes of each of its blobs: a digest, a status, tags and lengths.
    private static final int OVERHEAD_BYTES = 256;

    /// So little that asking first whether the server has it would take longer.
    private static final long NOT_WORTH_A_QUESTION_BYTES = 64 << 10;

    private final RemoteBlobStore server;

    BlobTransfer(RemoteBlobStore server) {
        this.server = server;
    }

    /// Takes blobs that arrive.
    interface Sink {
        /// @param content verified while it is read; the caller closes it
        void put(Digest digest, InputStream content);
    }

    /// Opens blobs that are to be sent, as often as need be.
    interface Source {
        InputStream open(Digest digest);
    }

    /// Returns those that the server does not have.
    ///
    /// @throws SteadingException with `Unavailable` if the server cannot be reached or sends other bytes, or as
    ///     `sink` does
    Set<Digest> download(Collection<Digest> digests, Sink sink) {
        Set<Digest> missing = ConcurrentHashMap.newKeySet();
        inParallel(split(digests).stream()
                .<Runnable>map(part -> () -> download(part, sink, missing))
                .toList());
        return missing;
    }

    private void download(List<Digest> part, Sink sink, Set<Digest> missing) {
        var received = part.size() > 1 || server.fitsMessage(part.getFirst()) ? server.receive(part) : none();
        if (received.isEmpty()) {
            part.forEach(digest -> downloadAlone(digest, sink, missing));
            return;
        }
        for (var digest : part) {
            var bytes = received.get().get(digest);
            if (bytes == null) {
                missing.add(digest);
            } else {
                sink.put(digest, new VerifyingInputStream(bytes.newInput(), digest, () -> {}));
            }
        }
    }

    private void downloadAlone(Digest digest, Sink sink, Set<Digest> missing) {
        try (var content = server.open(digest)) {
            sink.put(digest, content);
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs(var absent)) || !absent.contains(digest)) {
                throw e;
            }
            missing.add(digest);
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be closed".formatted(digest), e);
        }
    }

    private static Optional<Map<Digest, ByteString>> none() {
        return Optional.empty();
    }

    /// Sends what the server does not have.
    ///
    /// @throws SteadingException with `Unavailable` if the server cannot be reached, or as `source` does
    void upload(Set<Digest> digests, Source source) {
        var bytes = digests.stream()
                .mapToLong(digest -> digest.sizeBytes() + OVERHEAD_BYTES)
                .sum();
        var wanted = bytes <= NOT_WORTH_A_QUESTION_BYTES ? digests : server.findMissing(digests);
        send(wanted, source);
    }

    /// Sends blobs without asking whether the server has them.
    void send(Collection<Digest> digests, Source source) {
        inParallel(split(digests).stream()
                .<Runnable>map(part -> () -> send(part, source))
                .toList());
    }

    private void send(List<Digest> part, Source source) {
        if (part.size() > 1 || server.fitsMessage(part.getFirst())) {
            var contents = new HashMap<Digest, ByteString>();
            part.forEach(digest -> contents.put(digest, read(digest, source)));
            if (server.send(contents)) {
                return;
            }
        }
        part.forEach(digest -> server.stream(digest, () -> source.open(digest)));
    }

    private static ByteString read(Digest digest, Source source) {
        try (var content = source.open(digest)) {
            return ByteString.readFrom(content, (int) Math.max(1, digest.sizeBytes()));
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), e);
        }
    }

    /// Makes portions, of one digest function each, that fit into one message each; what does not is one by
    /// itself.
    private List<List<Digest>> split(Collection<Digest> digests) {
        return RemoteBlobStore.byFunction(digests).values().stream()
                .flatMap(all -> splitAll(all).stream())
                .toList();
    }

    private List<List<Digest>> splitAll(List<Digest> digests) {
        var portions = new ArrayList<List<Digest>>();
        var portion = new ArrayList<Digest>();
        var room = 0L;
        for (var digest : digests) {
            if (digest.isEmpty()) {
                continue;
            }
            if (!server.fitsMessage(digest)) {
                portions.add(List.of(digest));
                continue;
            }
            var takes = digest.sizeBytes() + OVERHEAD_BYTES;
            if (takes > room) {
                portion = new ArrayList<>();
                portions.add(portion);
                room = server.messageBytes();
            }
            portion.add(digest);
            room -= takes;
        }
        return portions;
    }

    private static void inParallel(List<Runnable> tasks) {
        if (tasks.size() == 1) {
            tasks.getFirst().run();
            return;
        }
        var factory = Thread.ofVirtual().name("transfer-", 0).factory();
        try (var threads = Executors.newFixedThreadPool(PARALLEL, factory)) {
            var running = new ArrayList<Future<?>>();
            tasks.forEach(task -> running.add(threads.submit(task)));
            try {
                for (var each : running) {
                    join(each);
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    private static void join(Future<?> task) {
        try {
            task.get();
        } catch (InterruptedException _) {
            throw Connection.interrupted();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SteadingException failed
                    ? new SteadingException(failed.failure(), failed)
                    : new IllegalStateException(e.getCause());
        }
    }
}
