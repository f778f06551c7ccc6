// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.service;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What became of all calls since the process began. Thread-safe.
public final class Statistics {
    private static final int LAST_FILES = 10_000;

    @GuardedBy("this")
    private final Map<String, Long> reasons = new TreeMap<>();

    @GuardedBy("this")
    private final Map<String, String> last = new LinkedHashMap<>();

    @GuardedBy("this")
    private long hits;

    @GuardedBy("this")
    private long shared;

    @GuardedBy("this")
    private long remote;

    @GuardedBy("this")
    private long local;

    @GuardedBy("this")
    private long failed;

    @GuardedBy("this")
    private String trouble = "";

    @GuardedBy("this")
    private long bytes;

    /// How a call was answered that did not go home.
    enum Route {
        /// This process knew.
        KNOWN("known here"),
        /// The farm knew, or was just compiling the same.
        SHARED("known to the farm"),
        COMPILED("compiled on the farm");

        private final String words;

        Route(String words) {
            this.words = words;
        }
    }

    /// @param hits calls whose result was known, here or to the farm
    /// @param shared those of the hits that the farm knew
    /// @param remote calls that the farm compiled
    /// @param local calls that went home
    /// @param failed those of the local ones that the farm should have done
    /// @param reasons how many went home, by the reason
    /// @param trouble why the farm did not do what it should have done, the last time; empty if it always has
    /// @param outputBytes what was written for callers
    public record Counts(
            long hits,
            long shared,
            long remote,
            long local,
            long failed,
            Map<String, Long> reasons,
            String trouble,
            long outputBytes) {
        public Counts {
            reasons = Map.copyOf(reasons);
        }

        public long compiles() {
            return hits + remote + local;
        }
    }

    synchronized void answered(Route route, String output, long written) {
        switch (route) {
            case KNOWN -> hits++;
            case SHARED -> {
                hits++;
                shared++;
            }
            case COMPILED -> remote++;
        }
        bytes += written;
        note(output, route.words);
    }

    /// @param output what would have been made, if that is known
    synchronized void wentHome(Answer.Home home, Optional<String> output) {
        local++;
        if (home.failed()) {
            failed++;
            trouble = home.toString();
        }
        reasons.merge(home.reason(), 1L, Long::sum);
        output.ifPresent(file -> note(file, "compiled here, because of: " + home));
    }

    @GuardedBy("this")
    private void note(String output, String how) {
        last.remove(output);
        last.put(output, how);
        if (last.size() > LAST_FILES) {
            last.remove(last.keySet().iterator().next());
        }
    }

    /// Returns how a file was made the last time, for people.
    ///
    /// @param output absolute
    public synchronized Optional<String> how(String output) {
        return Optional.ofNullable(last.get(output));
    }

    public synchronized Counts counts() {
        return new Counts(hits, shared, remote, local, failed, reasons, trouble, bytes);
    }
}
