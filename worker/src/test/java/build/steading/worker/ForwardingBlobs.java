// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Set;

/// A store that does what another does, but for what a test changes.
class ForwardingBlobs implements LocalBlobs {
    private final LocalBlobs next;

    ForwardingBlobs(LocalBlobs next) {
        this.next = next;
    }

    @Override
    public Path file(Digest digest, boolean executable) {
        return next.file(digest, executable);
    }

    @Override
    public Digest adopt(Path file, HashFunction function) {
        return next.adopt(file, function);
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        return next.findMissing(digests);
    }

    @Override
    public InputStream open(Digest digest) {
        return next.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        next.put(digest, content);
    }
}
