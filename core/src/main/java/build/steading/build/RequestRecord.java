// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// Somebody's wish for a build. Equal wishes share one build; each is answered on its own.
///
/// @param email where to tell the requester how the build ended; empty if no mail is wanted
/// @param revision how this requester called the revision
/// @param joined whether the build was under way for somebody else already
/// @param priority how soon it is wanted
/// @param out the directory where the artifacts shall appear; empty for nowhere
/// @param note why the request failed; may be empty
/// @param key see [Builds.Order#key]
public record RequestRecord(
        long id,
        BuildId build,
        String requester,
        Optional<String> email,
        String revision,
        boolean joined,
        Instant time,
        Priority priority,
        Optional<Path> out,
        State state,
        String note,
        String key) {
    /// Whether a request has been answered. It is answered once.
    public enum State {
        /// The build has not ended, or its artifacts are not in place yet.
        OPEN,
        /// The build ended, and the artifacts it made are in place.
        ANSWERED,
        /// The requester did not want it any more.
        WITHDRAWN,
        /// The build succeeded, but its artifacts could not be put in place.
        UNDELIVERED
    }

    /// Returns this request as it is called in the records.
    public RequestRecord stored(long storedId, BuildId storedBuild) {
        return new RequestRecord(
                storedId, storedBuild, requester, email, revision, joined, time, priority, out, state, note, key);
    }

    /// Returns this request with another directory for the artifacts.
    public RequestRecord withOut(Optional<Path> directory) {
        return new RequestRecord(
                id, build, requester, email, revision, joined, time, priority, directory, state, note, key);
    }

    /// Returns this request as it was answered.
    public RequestRecord closed(State how, String why) {
        return new RequestRecord(id, build, requester, email, revision, joined, time, priority, out, how, why, key);
    }
}
