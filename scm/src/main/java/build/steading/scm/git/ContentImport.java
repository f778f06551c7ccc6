// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.bazel.remote.execution.v2.Directory;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.DigestingInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/// Moves content into the blob store, and remembers what became of which git object. Thread-safe.
///
/// @param blobs where it goes
/// @param memory what is there already
/// @param spool directory for copies of content that is too large for the heap
record ContentImport(BlobStore blobs, ConversionMemory memory, Path spool) {
    /// Stores the content of a git blob.
    Digest blob(GitObjects objects, AnyObjectId id, String path) {
        var digest = objects.read("file `%s`".formatted(path), reader -> {
            var content = reader.open(id, Constants.OBJ_BLOB);
            return content.isLarge() ? large(objects.repository(), id) : Blobs.put(blobs, content.getCachedBytes());
        });
        memory.remember(id, digest);
        return digest;
    }

    /// Stores a file as it is at this moment: the bytes that are hashed are the bytes that are stored, even if
    /// somebody is writing them.
    Digest file(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            var start = content.readNBytes(JGitSettings.STREAM_ABOVE_BYTES);
            if (start.length < JGitSettings.STREAM_ABOVE_BYTES) {
                return Blobs.put(blobs, start);
            }
            return spooled(new SequenceInputStream(new ByteArrayInputStream(start), content));
        }
    }

    /// Stores a directory.
    ///
    /// @param tree the git tree that it was made of, if it was made of one
    Digest directory(@Nullable AnyObjectId tree, Directory directory) {
        var digest = Blobs.put(blobs, directory);
        if (tree != null) {
            memory.remember(tree, digest);
        }
        return digest;
    }

    private Digest large(Repository repository, AnyObjectId id) throws IOException {
        try (var content = CatFile.open(repository, id)) {
            return spooled(content);
        } catch (IOException _) {
            // There is no `git` here, or it would not: JGit knows as much, but takes heap for deltas.
        }
        try (var reader = repository.newObjectReader();
                var content = reader.open(id, Constants.OBJ_BLOB).openStream()) {
            return spooled(content);
        }
    }

    private Digest spooled(InputStream content) throws IOException {
        var copy = Files.createTempFile(spool, "blob", null);
        try (var digesting = new DigestingInputStream(content)) {
            Files.copy(digesting, copy, StandardCopyOption.REPLACE_EXISTING);
            var digest = digesting.digest();
            try (var stored = Files.newInputStream(copy)) {
                blobs.put(digest, stored);
            }
            return digest;
        } finally {
            Files.deleteIfExists(copy);
        }
    }
}
