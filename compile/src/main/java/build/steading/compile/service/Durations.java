// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Remembers how long compiles took. Thread-safe.
final class Durations {
    private static final int MOST = 50_000;

    @GuardedBy("this")
    private final Map<String, Duration> last = new LinkedHashMap<>(64, 0.75f, true);

    synchronized Optional<Duration> of(String source) {
        return Optional.ofNullable(last.get(source));
    }

    synchronized void took(String source, Duration duration) {
        last.put(source, duration);
        if (last.size() > MOST) {
            last.remove(last.keySet().iterator().next());
        }
    }
}
