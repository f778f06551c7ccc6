// SPDX-License-Identifier: Apache-2.0
package build.steading.blob;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Remembers something about the keys that were written last: at least `generation` of them, at most twice as
/// many. Thread-safe; reading takes no lock.
final class Recent<K, V> {
    private final int generation;
    private volatile ConcurrentHashMap<K, V> young = new ConcurrentHashMap<>();
    private volatile Map<K, V> old = Map.of();

    Recent(int generation) {
        this.generation = generation;
    }

    @Nullable
    V get(K key) {
        var value = young.get(key);
        return value != null ? value : old.get(key);
    }

    synchronized void put(K key, V value) {
        if (young.size() >= generation) {
            age();
        }
        young.put(key, value);
    }

    synchronized void remove(K key) {
        young.remove(key);
        if (old instanceof ConcurrentHashMap<K, V> map) {
            map.remove(key);
        }
    }

    @GuardedBy("this")
    private void age() {
        old = young;
        young = new ConcurrentHashMap<>();
    }
}
