// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Keeps copied trees for the actions to come: those used last, up to a number of files, and up to an eighth of
/// the room that is left on the disk. Each belongs to one action at a time. What a command has changed in one is
/// put right in the background, or by whoever wants it first. Thread-safe.
final class KeptTrees {
    private static final System.Logger LOG = System.getLogger(KeptTrees.class.getName());
    private static final long SHARE_OF_ROOM = 8;

    /// What is known of each file takes some 400 bytes of memory.
    private static final int MAX_FILES = 100_000;

    private final Path directory;
    private final int maxFiles;
    private final Consumer<Path> remover;
    private final AtomicLong names = new AtomicLong();

    /// The one used last is the last.
    @GuardedBy("this")
    private final Deque<Kept> all = new ArrayDeque<>();

    /// @param directory for the trees, empty, on the file system of the attempts
    /// @param maxFiles how many files all trees together may have, in no case more than 100,000
    /// @param remover deletes a directory at its leisure
    KeptTrees(Path directory, int maxFiles, Consumer<Path> remover) {
        this.directory = directory;
        this.maxFiles = Math.min(maxFiles, MAX_FILES);
        this.remover = remover;
    }

    /// A tree, and the work of putting it right, which says whether it could be done.
    private record Kept(CopiedTree tree, Digest digest, int size, long bytes, FutureTask<Boolean> restored) {
        boolean isRestored() {
            restored.run();
            try {
                return restored.get();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return false;
            } catch (ExecutionException e) {
                LOG.log(Level.DEBUG, "An input tree is made anew", e.getCause());
                return false;
            }
        }
    }

    /// Returns up to `count` trees and how many files each has, those used last first.
    synchronized SequencedMap<Digest, Integer> latest(int count) {
        var latest = new LinkedHashMap<Digest, Integer>();
        for (var each = all.descendingIterator(); each.hasNext() && latest.size() < count; ) {
            var kept = each.next();
            latest.put(kept.digest(), kept.size());
        }
        return latest;
    }

    /// Hands out the tree `digest`, if there is one, at `target`, where an empty directory is.
    Optional<CopiedTree> take(Digest digest, Path target) throws IOException {
        for (var kept = poll(digest); kept.isPresent(); kept = poll(digest)) {
            if (kept.get().isRestored()) {
                var tree = kept.get().tree();
                tree.moveTo(target);
                return Optional.of(tree);
            }
        }
        return Optional.empty();
    }

    private synchronized Optional<Kept> poll(Digest digest) {
        for (var each = all.descendingIterator(); each.hasNext(); ) {
            var kept = each.next();
            if (kept.digest().equals(digest)) {
                each.remove();
                return Optional.of(kept);
            }
        }
        return Optional.empty();
    }

    /// Keeps a tree in which a command has run.
    ///
    /// @return what puts it right and away from its attempt's directory: nothing may be done to that before
    Runnable keep(CopiedTree tree) {
        var fresh = new Kept(tree, tree.digest(), tree.size(), tree.bytes(), new FutureTask<>(() -> restore(tree)));
        var evicted = add(fresh);
        var stays = !evicted.remove(fresh);
        for (var old : evicted) {
            if (old.isRestored()) {
                remover.accept(old.tree().directory());
            }
        }
        return stays ? fresh::isRestored : () -> {};
    }

    private boolean restore(CopiedTree tree) throws IOException {
        if (!tree.restore()) {
            return false;
        }
        tree.moveTo(directory.resolve(Long.toString(names.incrementAndGet(), Character.MAX_RADIX)));
        return true;
    }

    private synchronized List<Kept> add(Kept fresh) {
        all.addLast(fresh);
        var files = all.stream().mapToLong(Kept::size).sum();
        var bytes = all.stream().mapToLong(Kept::bytes).sum();
        var maxBytes = (directory.toFile().getUsableSpace() + bytes) / SHARE_OF_ROOM;
        var evicted = new ArrayList<Kept>();
        while (!all.isEmpty() && (files > maxFiles || bytes > maxBytes)) {
            var oldest = all.removeFirst();
            files -= oldest.size();
            bytes -= oldest.bytes();
            evicted.add(oldest);
        }
        return evicted;
    }
}
