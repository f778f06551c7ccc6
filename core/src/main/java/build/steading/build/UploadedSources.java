// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.build.BuildSpec.SourceRef;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Sources of which this machine has only what clients have uploaded, and knows only what they said: their
/// history for as long as it is remembered. Thread-safe.
public final class UploadedSources implements Sources {
    private static final int MAX_ANCESTRY = 200;
    private static final int MAX_COMMIT_CHARS = 64;

    @GuardedBy("this")
    private final Map<String, List<String>> ancestries;

    /// @param remembered of how many commits the history is remembered
    public UploadedSources(int remembered) {
        this.ancestries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
                return size() > remembered;
            }
        };
    }

    /// Notes what a client says of the history of a commit.
    ///
    /// @param ancestry the commit and its ancestors, nearest first; empty if he does not say
    /// @throws SteadingException with `Invalid` if it is too long
    public void learn(SourceRef source, List<String> ancestry) {
        if (ancestry.size() > MAX_ANCESTRY
                || ancestry.stream().anyMatch(commit -> commit.length() > MAX_COMMIT_CHARS)) {
            throw SteadingException.invalid(
                    "Of a commit's history, %d ancestors of %d characters are allowed at most",
                    MAX_ANCESTRY, MAX_COMMIT_CHARS);
        }
        if (!ancestry.isEmpty()) {
            synchronized (this) {
                ancestries.put(source.revision().commit(), List.copyOf(ancestry));
            }
        }
    }

    /// Only the client can: the build ends, and whoever asks for it again uploads what is missing.
    @Override
    public Digest restore(SourceRef source) {
        throw SteadingException.notFound(
                "The input of `%s` is not kept any more; `steading retry` uploads it again",
                source.revision().name());
    }

    @Override
    public synchronized List<String> ancestry(SourceRef source, int limit) {
        var commit = source.revision().commit();
        return ancestries.getOrDefault(commit, List.of(commit)).stream()
                .limit(limit)
                .toList();
    }
}
