// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.Blobs;
import build.steading.blob.LocalBlobs;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads `Directory` messages, and keeps those used last in memory. Thread-safe.
public final class Directories {
    /// What one directory may take up: it is had in memory whole, at several times its size.
    private static final long MAX_BYTES = 64 << 20;

    private final LocalBlobs blobs;
    private final int maxNodes;

    @GuardedBy("this")
    private final Map<Digest, Directory> recent = new LinkedHashMap<>(64, 0.75f, true);

    @GuardedBy("this")
    private int nodes;

    /// @param maxNodes how many files, directories and links the messages in memory may name, together
    public Directories(LocalBlobs blobs, int maxNodes) {
        this.blobs = blobs;
        this.maxNodes = maxNodes;
    }

    /// Returns a directory whose names are those of possible files.
    ///
    /// @throws SteadingException with `MissingBlobs` if it is absent, `Invalid` if it is no sound directory
    public Directory read(Digest digest) {
        var known = recall(digest);
        if (known != null) {
            return known;
        }
        var directory = parse(digest, Blobs.read(blobs, digest, MAX_BYTES));
        keep(digest, directory);
        return directory;
    }

    /// Brings directories onto this machine that are about to be read. Absent ones are left out.
    void prefetch(Set<Digest> digests) {
        var unknown = digests.stream().filter(digest -> recall(digest) == null).collect(Collectors.toSet());
        if (!unknown.isEmpty()) {
            var _ = blobs.fetch(unknown);
        }
    }

    private synchronized @Nullable Directory recall(Digest digest) {
        return recent.get(digest);
    }

    private synchronized void keep(Digest digest, Directory directory) {
        if (recent.put(digest, directory) == null) {
            nodes += weight(directory);
        }
        var oldest = recent.entrySet().iterator();
        while (nodes > maxNodes && oldest.hasNext()) {
            nodes -= weight(oldest.next().getValue());
            oldest.remove();
        }
    }

    private static int weight(Directory directory) {
        return 1 + directory.getFilesCount() + directory.getDirectoriesCount() + directory.getSymlinksCount();
    }

    private static Directory parse(Digest digest, byte[] bytes) {
        try {
            var directory = Directory.parseFrom(bytes);
            Names.check(digest, directory);
            return directory;
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid("Blob `%s` is no `Directory`", digest);
        }
    }
}
