// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.input;

import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps layers for the actions to come: those used last, up to a number of files, and all that are in use.
/// Whoever asks for a layer that somebody else is making waits for it. Thread-safe.
final class LayerCache {
    private final int maxFiles;
    private final Consumer<Path> remover;

    @GuardedBy("this")
    private final LinkedHashMap<Layer.Key, Entry> entries = new LinkedHashMap<>(64, 0.75f, true);

    /// @param maxFiles how many files all layers together may have
    /// @param remover deletes a directory that is no longer used, at its leisure
    LayerCache(int maxFiles, Consumer<Path> remover) {
        this.maxFiles = maxFiles;
        this.remover = remover;
    }

    private static final class Entry {
        final CompletableFuture<Layer> layer = new CompletableFuture<>();
        int holders;

        @Nullable
        Pin base;

        @Nullable
        Layer ready() {
            return layer.isDone() && !layer.isCompletedExceptionally() ? layer.join() : null;
        }
    }

    /// Makes a layer.
    interface Source {
        /// @throws SteadingException if it cannot be made; the next one who asks tries again
        Made make();
    }

    /// A new layer, and its hold on the one below.
    record Made(Layer layer, @Nullable Pin base) {}

    /// Keeps one layer and those below it, until it is closed. Closing twice changes nothing.
    final class Pin implements AutoCloseable {
        private final Layer.Key key;
        private final Entry entry;
        private final AtomicBoolean open = new AtomicBoolean(true);

        private Pin(Layer.Key key, Entry entry) {
            this.key = key;
            this.entry = entry;
        }

        Layer.Key key() {
            return key;
        }

        Layer layer() {
            return entry.layer.join();
        }

        /// Returns another hold on the same layer, while this one is open.
        Pin share() {
            return hold(key, entry);
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                release(entry);
            }
        }
    }

    /// Returns the layer of this key, made by `source` if need be.
    Pin acquire(Layer.Key key, Source source) {
        var entry = new Entry();
        var found = hold(key, entry);
        if (found.entry == entry) {
            make(found, source);
        }
        try {
            entry = found.entry;
            entry.layer.join();
            return found;
        } catch (CompletionException e) {
            found.close();
            throw e.getCause() instanceof SteadingException failed ? failed : e;
        }
    }

    private synchronized Pin hold(Layer.Key key, Entry fresh) {
        var entry = entries.get(key);
        if (entry == null) {
            entry = fresh;
            entries.put(key, fresh);
        }
        entry.holders++;
        return new Pin(key, entry);
    }

    private void make(Pin pin, Source source) {
        try {
            var made = source.make();
            settle(pin.entry, made);
            pin.entry.layer.complete(made.layer());
            evict().forEach(remover);
        } catch (RuntimeException | Error e) {
            forget(pin);
            pin.entry.layer.completeExceptionally(e);
        }
    }

    private synchronized void settle(Entry entry, Made made) {
        entry.base = made.base();
    }

    private synchronized void forget(Pin pin) {
        entries.remove(pin.key, pin.entry);
    }

    private synchronized void release(Entry entry) {
        entry.holders--;
    }

    /// Returns up to `count` finished layers of input trees, those used last first, each held.
    synchronized List<Pin> latestTrees(int count) {
        var latest = new ArrayList<Pin>();
        for (var candidate : entries.sequencedEntrySet().reversed()) {
            if (latest.size() == count) {
                break;
            }
            if (candidate.getKey() instanceof Layer.Key.Tree
                    && candidate.getValue().ready() != null) {
                candidate.getValue().holders++;
                latest.add(new Pin(candidate.getKey(), candidate.getValue()));
            }
        }
        return latest;
    }

    private synchronized List<Path> evict() {
        var gone = new ArrayList<Path>();
        var files = 0L;
        for (var entry : entries.values()) {
            var layer = entry.ready();
            files += layer == null ? 0 : layer.files();
        }
        var oldest = entries.values().iterator();
        while (files > maxFiles && oldest.hasNext()) {
            var entry = oldest.next();
            var layer = entry.ready();
            if (layer != null && entry.holders == 0) {
                oldest.remove();
                files -= layer.files();
                gone.add(layer.directory());
                if (entry.base != null) {
                    entry.base.close();
                }
            }
        }
        return gone;
    }
}
