// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// Everything that something was learned from, so that one can see whether it still holds. Thread-safe.
final class Watch {
    private final Function<Path, Object> stamps;

    @GuardedBy("this")
    private final Map<String, Object> seen = new TreeMap<>();

    Watch(Function<Path, Object> stamps) {
        this.stamps = stamps;
    }

    /// Remembers what is at a name now, be it nothing. Must come before anything is read there.
    void add(String name) {
        var stamp = stamps.apply(Path.of(name));
        synchronized (this) {
            seen.putIfAbsent(name, stamp);
        }
    }

    boolean isCurrent() {
        Map<String, Object> all;
        synchronized (this) {
            all = Map.copyOf(seen);
        }
        return all.entrySet().stream()
                .allMatch(entry -> entry.getValue().equals(stamps.apply(Path.of(entry.getKey()))));
    }
}
