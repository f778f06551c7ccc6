// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The uploads that are under way, and those that broke and may go on, by their resource names.
///
/// Thread-safe: one lock guards the book, and nothing blocks while it is held. Of broken ones, it keeps a
/// bounded number; each gives itself up after a while.
final class Transfers {
    private static final int MAX_BROKEN = 1_000;

    private final BlobStore blobs;
    private final int maxBroken;

    @GuardedBy("this")
    private final Map<String, Transfer> byName = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<String, Transfer> broken = new LinkedHashMap<>();

    Transfers(BlobStore blobs) {
        this(blobs, MAX_BROKEN);
    }

    /// @param maxBroken how many broken uploads may wait for somebody to go on with them
    Transfers(BlobStore blobs, int maxBroken) {
        this.blobs = blobs;
        this.maxBroken = maxBroken;
    }

    /// Begins an upload at its first byte. What there was by the same name is given up.
    Transfer begin(String name, Digest digest, Compression compression, Upload call) {
        var begun = new Transfer(name, digest, compression, call);
        synchronized (this) {
            var before = broken.remove(name);
            if (before != null) {
                before.abort("The client began anew");
            }
            byName.put(name, begun);
        }
        begun.start(blobs, () -> forget(begun));
        return begun;
    }

    /// Goes on with an upload that broke.
    ///
    /// @return empty if there is none by that name
    /// @throws SteadingException with `Invalid` if it does not go on at `offset`, `Unavailable` while the call
    ///     that broke is not known to be broken yet
    synchronized Optional<Transfer> resume(String name, long offset, Upload call) {
        var found = byName.get(name);
        if (found == null) {
            return Optional.empty();
        }
        if (!found.isBroken()) {
            throw new SteadingException(new Failure.Unavailable("Another call still writes `%s`".formatted(name)));
        }
        if (found.receivedBytes() != offset) {
            throw SteadingException.invalid("Write offset %d of `%s` is not %d", offset, name, found.receivedBytes());
        }
        broken.remove(name);
        found.broughtBy(call);
        return Optional.of(found);
    }

    /// Keeps an upload whose call broke, unless the client has begun anew meanwhile.
    synchronized void keep(Transfer transfer) {
        transfer.broughtBy(null);
        if (byName.get(transfer.name()) != transfer) {
            transfer.abort("The client began anew");
            return;
        }
        broken.put(transfer.name(), transfer);
        if (broken.size() > maxBroken) {
            var eldest = broken.values().iterator().next();
            forget(eldest);
            eldest.abort("Too many uploads broke");
        }
    }

    /// Returns how many bytes of an upload are here; 0 if it is not known.
    synchronized long receivedBytes(String name) {
        var found = byName.get(name);
        return found == null ? 0 : found.receivedBytes();
    }

    private synchronized void forget(Transfer transfer) {
        byName.remove(transfer.name(), transfer);
        broken.remove(transfer.name(), transfer);
    }
}
