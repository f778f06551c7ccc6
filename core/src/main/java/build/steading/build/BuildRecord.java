// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is known of one build.
///
/// @param note what people should know, for instance who cancelled it; may be empty
/// @param created when it was asked for first
/// @param artifacts digest of the tree of its artifacts; empty unless it succeeded
/// @param tasks in the order in which they can run
public record BuildRecord(
        BuildId id,
        BuildSpec spec,
        BuildState state,
        String note,
        Instant created,
        Optional<Instant> started,
        Optional<Instant> ended,
        Optional<Digest> artifacts,
        List<TaskRecord> tasks) {
    public BuildRecord {
        tasks = List.copyOf(tasks);
    }

    static BuildRecord fresh(BuildId id, BuildSpec spec, Instant created) {
        return new BuildRecord(
                id,
                spec,
                BuildState.QUEUED,
                "",
                created,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /// Returns this record as it is called in the records.
    public BuildRecord called(BuildId stored) {
        return new BuildRecord(stored, spec, state, note, created, started, ended, artifacts, tasks);
    }

    BuildRecord started(Instant now, List<TaskRecord> planned) {
        return new BuildRecord(
                id, spec, BuildState.RUNNING, "", created, Optional.of(now), Optional.empty(), artifacts, planned);
    }

    /// Returns this record with other tasks.
    public BuildRecord with(List<TaskRecord> current) {
        return new BuildRecord(id, spec, state, note, created, started, ended, artifacts, current);
    }

    BuildRecord ended(BuildState verdict, String why, Instant now, Optional<Digest> made) {
        return new BuildRecord(id, spec, verdict, why, created, started, Optional.of(now), made, tasks);
    }

    /// Returns the record of a build that nobody runs any more.
    ///
    /// @throws SteadingException with `Unavailable` if it has not ended: Steading is being stopped, or could not
    ///     store the end
    BuildRecord requireEnd() {
        if (state.isFinal()) {
            return this;
        }
        throw new SteadingException(
                new Failure.Unavailable("Build %d goes on when Steading is started anew".formatted(id.value())));
    }
}
