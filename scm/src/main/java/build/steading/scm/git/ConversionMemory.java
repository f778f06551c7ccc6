// SPDX-License-Identifier: Apache-2.0
package build.steading.scm.git;

import build.steading.digest.Digest;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jgit.lib.AnyObjectId;
import org.jspecify.annotations.Nullable;

/// Remembers across restarts which digest the content of a git object has: that of the bytes of a blob, or of the
/// `Directory` that a tree becomes. Object ids name content, so one memory serves all repositories.
///
/// It makes conversions fast and nothing else: where its file cannot be read or written it knows nothing, and
/// what is damaged was never known. Bounded: beyond `maxRecords` the older half is forgotten. Thread-safe.
final class ConversionMemory implements AutoCloseable {
    /*
     * Records live on disk, in order of conversion; the heap holds only a hash table from the first eight bytes of
     * an id to the record's number, 12 bytes a slot. Neighbours in a tree are neighbours in the file, so that one
     * read of a block usually answers for a whole directory. The lock is held while a block is read: it comes from
     * the page cache, or there is nothing sensible to do without it.
     */
    private static final System.Logger LOG = System.getLogger(ConversionMemory.class.getName());

    private final int maxRecords;

    @GuardedBy("this")
    private @Nullable RecordFile file;

    @GuardedBy("this")
    private long[] prefixes = new long[0];

    /// Numbers of records plus one; 0 marks a free slot.
    @GuardedBy("this")
    private int[] numbers = new int[0];

    /// Opens the memory kept in `path`, or begins it there.
    ///
    /// @param maxRecords how many objects to remember at the most; each takes 64 bytes on disk and about 24 in
    ///     heap
    ConversionMemory(Path path, int maxRecords) {
        this.maxRecords = maxRecords;
        resize(1024);
        try {
            file = RecordFile.open(path);
            index();
        } catch (IOException e) {
            giveUp(e);
        }
    }

    /// Returns the digest of the content of `id`, if known.
    @Nullable
    Digest find(AnyObjectId id) {
        return findAll(List.of(id)).getFirst();
    }

    /// Returns for each of `ids` its digest, or null.
    synchronized List<@Nullable Digest> findAll(List<? extends AnyObjectId> ids) {
        var digests = new ArrayList<@Nullable Digest>(ids.size());
        for (var id : ids) {
            digests.add(lookUp(id));
        }
        return digests;
    }

    /// Remembers that the content of `id` has the digest `digest` and is in the store.
    synchronized void remember(AnyObjectId id, Digest digest) {
        if (file == null || digest.equals(lookUp(id))) {
            return;
        }
        try {
            if (file.count() >= maxRecords) {
                file.keepLast(maxRecords / 2);
                index();
            }
            file.append(id, digest);
            insert(prefix(id), file.count());
        } catch (IOException e) {
            giveUp(e);
        }
    }

    /// Passes on to the operating system what is not there yet.
    synchronized void flush() {
        try {
            if (file != null) {
                file.flush();
            }
        } catch (IOException e) {
            giveUp(e);
        }
    }

    @Override
    public synchronized void close() {
        flush();
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Conversion memory was not closed cleanly", e);
        }
        file = null;
    }

    @GuardedBy("this")
    private @Nullable Digest lookUp(AnyObjectId id) {
        var prefix = prefix(id);
        var mask = numbers.length - 1;
        try {
            for (var slot = hash(prefix) & mask; file != null && numbers[slot] != 0; slot = (slot + 1) & mask) {
                var digest = prefixes[slot] == prefix ? file.read(numbers[slot] - 1, id) : null;
                if (digest != null) {
                    return digest;
                }
            }
        } catch (IOException e) {
            giveUp(e);
        }
        return null;
    }

    @GuardedBy("this")
    private void index() throws IOException {
        Arrays.fill(numbers, 0);
        if (file != null) {
            for (var number = 0; number < file.count(); number++) {
                insert(file.prefix(number), number + 1);
            }
        }
    }

    @GuardedBy("this")
    private void insert(long prefix, int number) {
        if (number > numbers.length / 2) {
            var oldPrefixes = prefixes;
            var oldNumbers = numbers;
            resize(numbers.length * 2);
            for (var slot = 0; slot < oldNumbers.length; slot++) {
                if (oldNumbers[slot] != 0) {
                    place(oldPrefixes[slot], oldNumbers[slot]);
                }
            }
        }
        place(prefix, number);
    }

    @GuardedBy("this")
    private void place(long prefix, int number) {
        var mask = numbers.length - 1;
        var slot = hash(prefix) & mask;
        while (numbers[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        prefixes[slot] = prefix;
        numbers[slot] = number;
    }

    @GuardedBy("this")
    private void resize(int slots) {
        prefixes = new long[slots];
        numbers = new int[slots];
    }

    @GuardedBy("this")
    private void giveUp(IOException cause) {
        LOG.log(Level.WARNING, "Git trees are converted without the memory of earlier conversions", cause);
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        file = null;
    }

    private static long prefix(AnyObjectId id) {
        return RecordFile.prefix(id);
    }

    private static int hash(long prefix) {
        return Long.hashCode(prefix);
    }
}
