// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// Sends each blob once, however many want it sent at the same time. Thread-safe.
final class SharedSending {
    private final Consumer<Set<Digest>> sender;

    @GuardedBy("this")
    private final Map<Digest, CompletableFuture<Void>> underWay = new HashMap<>();

    /// @param sender sends blobs, and returns when they have arrived
    SharedSending(Consumer<Set<Digest>> sender) {
        this.sender = sender;
    }

    /// What one caller sends itself, and what it waits for.
    private record Share(Set<Digest> own, Map<Digest, CompletableFuture<Void>> others) {}

    /// Returns when all of these have arrived, whoever sent them. What others fail to send is sent from here.
    ///
    /// @throws build.steading.failure.SteadingException what the sender throws
    void send(Set<Digest> digests) {
        var left = digests;
        while (!left.isEmpty()) {
            var done = new CompletableFuture<Void>();
            var share = share(left, done);
            try {
                if (!share.own().isEmpty()) {
                    sender.accept(share.own());
                    done.complete(null);
                }
            } finally {
                release(share.own());
                done.cancel(false);
            }
            left = failed(share.others());
        }
    }

    private synchronized Share share(Set<Digest> wanted, CompletableFuture<Void> done) {
        var own = new HashSet<Digest>();
        var others = new HashMap<Digest, CompletableFuture<Void>>();
        for (var digest : wanted) {
            var other = underWay.putIfAbsent(digest, done);
            if (other == null) {
                own.add(digest);
            } else {
                others.put(digest, other);
            }
        }
        return new Share(own, others);
    }

    private synchronized void release(Set<Digest> sent) {
        underWay.keySet().removeAll(sent);
    }

    private static Set<Digest> failed(Map<Digest, CompletableFuture<Void>> others) {
        var failed = new HashSet<Digest>();
        for (var other : others.entrySet()) {
            if (!arrives(other.getValue())) {
                failed.add(other.getKey());
            }
        }
        return failed;
    }

    private static boolean arrives(CompletableFuture<Void> sending) {
        try {
            sending.get();
            return true;
        } catch (CancellationException | ExecutionException _) {
            return false;
        } catch (InterruptedException _) {
            throw Connection.interrupted();
        }
    }
}
