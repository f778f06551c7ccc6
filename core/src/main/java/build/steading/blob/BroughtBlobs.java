// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Set;

/// A store on this machine, and before it small blobs that somebody brought unasked. Most of those are read once,
/// and so stay in memory; one whose file is asked for is stored. Thread-safe.
public final class BroughtBlobs implements LocalBlobs {
    private final LocalBlobs local;
    private final PassingBlobStore brought;

    /// @param mostBytes of what is brought, in memory: beyond that, what was not used for the longest is
    ///     forgotten
    public BroughtBlobs(LocalBlobs local, long mostBytes) {
        this.local = local;
        this.brought = new PassingBlobStore(local, mostBytes);
    }

    /// Returns where to put what is brought.
    public BlobStore incoming() {
        return brought;
    }

    @Override
    public Set<Digest> findMissing(Set<Digest> digests) {
        return brought.findMissing(digests);
    }

    @Override
    public InputStream open(Digest digest) {
        return brought.open(digest);
    }

    @Override
    public void put(Digest digest, InputStream content) {
        local.put(digest, content);
    }

    @Override
    public Path file(Digest digest, boolean executable) {
        try {
            return local.file(digest, executable);
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
        }
        try (var content = brought.open(digest)) {
            local.put(digest, content);
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(digest), e);
        }
        return local.file(digest, executable);
    }

    @Override
    public Digest adopt(Path file, HashFunction function) {
        return local.adopt(file, function);
    }

    @Override
    public Set<Digest> fetch(Set<Digest> digests) {
        return local.fetch(brought.findMissing(digests));
    }

    @Override
    public void publish(Set<Digest> digests) {
        local.publish(digests);
    }
}
