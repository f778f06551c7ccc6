// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digest;
import build.steading.tree.DirectoryBuilder;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jgit.lib.AnyObjectId;
import org.jspecify.annotations.Nullable;

/// A directory whose parts arrive one by one, from many threads. With the last of them it is stored, and arrives
/// in its parent: however large a tree, only what is under way is in memory. Directories without any file are
/// left out, as git does. Thread-safe.
final class PendingDirectory {
    private final ContentImport target;
    private final @Nullable PendingDirectory parent;
    private final String name;
    private final @Nullable AnyObjectId tree;
    /// One for whoever fills this directory, and one for each part that was announced.
    private final AtomicInteger awaited = new AtomicInteger(1);

    @GuardedBy("this")
    private final DirectoryBuilder parts = new DirectoryBuilder();

    private volatile @Nullable Digest digest;

    private PendingDirectory(
            ContentImport target, @Nullable PendingDirectory parent, String name, @Nullable AnyObjectId tree) {
        this.target = target;
        this.parent = parent;
        this.name = name;
        this.tree = tree;
    }

    /// @param tree the git tree that the directory is made of, if it is made of one
    static PendingDirectory root(ContentImport target, @Nullable AnyObjectId tree) {
        return new PendingDirectory(target, null, "", tree);
    }

    /// Begins a sub-directory.
    PendingDirectory child(String childName, @Nullable AnyObjectId childTree) {
        expectPart();
        return new PendingDirectory(target, this, childName, childTree);
    }

    /// Announces that [#partArrived] will be called once more.
    void expectPart() {
        awaited.incrementAndGet();
    }

    synchronized void file(String fileName, Digest content, boolean executable) {
        parts.file(fileName, content, executable);
    }

    synchronized void symlink(String linkName, String linkTarget) {
        parts.symlink(linkName, linkTarget);
    }

    synchronized void directory(String childName, Digest content) {
        if (!content.equals(Digest.EMPTY)) {
            parts.directory(childName, content);
        }
    }

    /// Notes that one of the parts announced is there, or that nothing more will be added.
    void partArrived() {
        if (awaited.decrementAndGet() > 0) {
            return;
        }
        var stored = store();
        digest = stored;
        if (parent != null) {
            parent.directory(name, stored);
            parent.partArrived();
        }
    }

    /// Returns the digest of the finished directory.
    Digest digest() {
        return Objects.requireNonNull(digest, "The directory is not complete");
    }

    /// Returns the path from the root, empty for the root itself.
    String path() {
        return parent == null ? "" : Names.join(parent.path(), name);
    }

    private synchronized Digest store() {
        return target.directory(tree, parts.build());
    }
}
