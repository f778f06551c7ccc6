// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.files;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Remembers what was used last: at most `limit` values, and at least half as many. Thread-safe; finding what is
/// used often takes no lock.
final class Known<K, V> {
    private final int generation;
    private volatile Map<K, V> young = new ConcurrentHashMap<>();
    private volatile Map<K, V> old = Map.of();

    Known(int limit) {
        this.generation = Math.max(1, limit / 2);
    }

    Optional<V> find(K key) {
        var value = young.get(key);
        if (value == null) {
            value = old.get(key);
            if (value != null) {
                put(key, value);
            }
        }
        return Optional.ofNullable(value);
    }

    synchronized void put(K key, V value) {
        if (young.size() >= generation && !young.containsKey(key)) {
            age();
        }
        young.put(key, value);
    }

    @GuardedBy("this")
    private void age() {
        old = young;
        young = new ConcurrentHashMap<>();
    }
}
