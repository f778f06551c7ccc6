// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.List;
import java.util.Optional;

/// What is known of builds, as of now: those of this process, or of a distant server. Thread-safe.
public interface BuildBook {
    /// Returns what is known of a build.
    Optional<BuildRecord> find(BuildId id);

    /// Returns builds, the newest first.
    ///
    /// @param repository only those from this repository
    List<BuildRecord> recent(int limit, Optional<String> repository);

    /// Returns the builds that have not ended, the oldest first.
    List<BuildRecord> underWay();

    /// Returns the requests for a build, the oldest first.
    List<RequestRecord> requests(BuildId id);
}
