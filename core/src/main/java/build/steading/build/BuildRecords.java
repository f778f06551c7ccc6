// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.failure.SteadingException;
import java.util.List;
import java.util.Optional;

/// Remembers builds and requests, whatever dies. When a method that changes something has returned, the change
/// survives the end of the process. Thread-safe; all methods throw [SteadingException] with `Unavailable` if the
/// medium fails.
public interface BuildRecords {
    /// Stores a new request, and a new build with it unless `request` joins one. Ids in the arguments are
    /// ignored.
    ///
    /// @param build the build that the request is for; only stored if its id is 0
    /// @return the request with its id and the build's
    RequestRecord open(BuildRecord build, RequestRecord request);

    /// Returns the request that was stored with this key.
    ///
    /// @param key see [Builds.Order#key]; not empty
    Optional<RequestRecord> request(String key);

    /// Stores a build and some of its requests as they are now, in place of what was known of them, and who is to
    /// be told: all or nothing. Of notices with the same [Notice#key] only the first one counts, whenever it was
    /// stored.
    void save(BuildRecord build, List<RequestRecord> requests, List<Notice> notices);

    /// Returns builds, the newest first.
    List<BuildRecord> builds(Query query);

    /// Returns the requests for any of these builds, the oldest first.
    List<RequestRecord> requests(List<BuildId> builds);

    /// Returns the requests for a build, the oldest first.
    default List<RequestRecord> requests(BuildId build) {
        return requests(List.of(build));
    }

    /// Which builds to return.
    sealed interface Query {
        /// One build, if there is such a one.
        record ById(BuildId id) implements Query {}

        /// Those that have not ended.
        record Unfinished() implements Query {}

        /// The newest.
        ///
        /// @param repository only those from this repository
        record Recent(int limit, Optional<String> repository) implements Query {}

        /// Those of committed sources that succeeded and may stand in for a build, the best first: those of the
        /// same input, then those of certain commits in their order; of several, the newest first.
        ///
        /// @param wanted what they must have the recipe of
        /// @param commits the best first
        record InPlaceOf(BuildSpec wanted, List<String> commits, int limit) implements Query {}

        /// Of all others with the same [BuildSpec#line] that have ended, and were not cancelled: the one that
        /// ended last, if there is such a one.
        record Previous(BuildRecord build) implements Query {}
    }
}
