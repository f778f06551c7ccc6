// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/// A store on this machine in front of a server's: what is not here is fetched, once, and kept. What is stored
/// goes to the server only when it is published: an action's outputs travel together then.
///
/// Thread-safe. No blob is fetched twice at a time: whoever needs one that somebody else is fetching waits for
/// it.
final class CachingBlobs implements LocalBlobs {
    private final LocalBlobs local;
    private final RemoteBlobStore server;
    private final BlobTransfer transfer;

    /// What is being fetched, and in the end whether the server had it.
    private final Map<Digest, CompletableFuture<Boolean>> underWay = new ConcurrentHashMap<>();

    CachingBlobs(LocalBlobs local, RemoteBlobStore server) {
        this.local = local;
        this.server = server;
        this.transfer = new BlobTransfer(server);
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        var absent = local.findMissing(digests);
        return absent.isEmpty() ? absent : server.findMissing(absent);
    }

    @Override
    public InputStream open(Digest digest) {
        return fetching(digest, () -> local.open(digest));
    }

    @Override
    public Path file(Digest digest, boolean executable) {
        return fetching(digest, () -> local.file(digest, executable));
    }

    private interface Use<T> {
        T make();
    }

    private <T> T fetching(Digest digest, Use<T> use) {
        try {
            return use.make();
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
        }
        var missing = fetch(Set.of(digest));
        if (!missing.isEmpty()) {
            throw new SteadingException(new Failure.MissingBlobs(missing));
        }
        return use.make();
    }

    @Override
    public void put(Digest digest, InputStream content) {
        local.put(digest, content);
    }

    @Override
    public Digest adopt(Path file, HashFunction function) {
        return local.adopt(file, function);
    }

    @Override
    public Set<Digest> fetch(Set<Digest> digests) {
        var absent = local.findMissing(digests);
        if (absent.isEmpty()) {
            return absent;
        }
        var mine = new HashMap<Digest, CompletableFuture<Boolean>>();
        var others = new HashMap<Digest, CompletableFuture<Boolean>>();
        for (var digest : absent) {
            var fresh = new CompletableFuture<Boolean>();
            var known = underWay.putIfAbsent(digest, fresh);
            (known == null ? mine : others).put(digest, known == null ? fresh : known);
        }
        var missing = fetchMine(mine);
        others.forEach((digest, fetched) -> {
            if (!await(digest, fetched)) {
                missing.add(digest);
            }
        });
        return missing;
    }

    private Set<Digest> fetchMine(Map<Digest, CompletableFuture<Boolean>> mine) {
        try {
            // Somebody may have fetched some since we looked.
            var missing = new HashSet<>(transfer.download(local.findMissing(mine.keySet()), local::put));
            settle(mine, missing);
            return missing;
        } catch (RuntimeException | Error e) {
            mine.forEach((digest, fetched) -> {
                underWay.remove(digest, fetched);
                fetched.completeExceptionally(e);
            });
            throw e;
        }
    }

    private void settle(Map<Digest, CompletableFuture<Boolean>> mine, Set<Digest> missing) {
        mine.forEach((digest, fetched) -> {
            underWay.remove(digest, fetched);
            fetched.complete(!missing.contains(digest));
        });
    }

    private static boolean await(Digest digest, CompletableFuture<Boolean> fetched) {
        try {
            return fetched.get();
        } catch (InterruptedException _) {
            throw Connection.interrupted();
        } catch (ExecutionException e) {
            // The cause says whether the network, the disk or the bytes are to blame.
            throw SteadingException.unavailable("Blob `%s` could not be fetched".formatted(digest), e);
        }
    }

    @Override
    public void publish(Set<Digest> digests) {
        if (!digests.isEmpty()) {
            transfer.upload(digests, local::open);
        }
    }
}
