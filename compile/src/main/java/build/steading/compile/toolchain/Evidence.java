// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.toolchain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Everything that something was learned from, so that one can see whether it still holds. Thread-safe.
final class Evidence {
    private final Function<Path, Object> stamps;

    @GuardedBy("this")
    private final Map<String, Sight> seen = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Set<String> covered = new HashSet<>();

    /// What is in `seen`, to be looked through without the lock.
    private volatile List<Sight> all = List.of();

    Evidence(Function<Path, Object> stamps) {
        this.stamps = stamps;
    }

    private record Sight(Path name, Object stamp) {}

    /// Remembers what is at a name now, be it nothing. Must come before anything is read there.
    void add(String name) {
        var path = Path.of(name);
        var sight = new Sight(path, stamps.apply(path));
        synchronized (this) {
            seen.putIfAbsent(name, sight);
            covered.add(name);
            all = List.copyOf(seen.values());
        }
    }

    /// Notes a file, or a link to one, that a name which is remembered leads to: it cannot change unseen.
    synchronized void cover(String file) {
        covered.add(file);
    }

    /// Returns whether this is not current any more as soon as another file, or none, is at a name.
    synchronized boolean covers(String file) {
        return covered.contains(file);
    }

    boolean isCurrent() {
        return all.stream().allMatch(sight -> sight.stamp().equals(stamps.apply(sight.name())));
    }
}
