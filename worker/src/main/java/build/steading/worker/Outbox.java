// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// A store as one attempt uses it for what it leaves behind: it remembers all blobs that a result may name, so
/// that they can be published together. Not thread-safe.
final class Outbox implements LocalBlobs {
    private final LocalBlobs next;
    private final Set<Digest> digests = new HashSet<>();

    Outbox(LocalBlobs next) {
        this.next = next;
    }

    /// Returns what was stored, or would have been had it not been there.
    Set<Digest> digests() {
        return Set.copyOf(digests);
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> wanted) {
        var missing = next.findMissing(wanted);
        // What is there already is not stored again, but named all the same.
        wanted.stream().filter(digest -> !missing.contains(digest)).forEach(digests::add);
        return missing;
    }

    @Override
    public InputStream open(Digest digest) {
        return next.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        next.put(digest, content);
        digests.add(digest);
    }

    @Override
    public Path file(Digest digest, boolean executable) {
        return next.file(digest, executable);
    }

    @Override
    public Digest adopt(Path file, HashFunction function) {
        var digest = next.adopt(file, function);
        digests.add(digest);
        return digest;
    }

    @Override
    public Set<Digest> fetch(Set<Digest> wanted) {
        return next.fetch(wanted);
    }

    @Override
    public void publish(Set<Digest> ours) {
        next.publish(ours);
    }
}
