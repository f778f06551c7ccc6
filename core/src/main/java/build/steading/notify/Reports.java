// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.blob.BlobStore;
import build.steading.build.BuildRecords;
import build.steading.build.BuildRecords.Query;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.digest.Digest;
import build.steading.failure.SteadingException;
import build.steading.log.LogReader;
import build.steading.notify.Report.Trouble;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds out what there is to say about builds. Thread-safe.
public final class Reports {
    private static final System.Logger LOG = System.getLogger(Reports.class.getName());

    /// Whoever breaks a hundred tasks at once reads about the first few.
    private static final int MAX_EXCERPTS = 3;

    private final BuildRecords records;
    private final BlobStore blobs;

    public Reports(BuildRecords records, BlobStore blobs) {
        this.records = records;
        this.blobs = blobs;
    }

    /// @throws SteadingException with `NotFound` if there is no such build any more
    public Report on(Message message) {
        var build = records.builds(new Query.ById(message.build())).stream()
                .findFirst()
                .orElseThrow(() -> SteadingException.notFound(
                        "There is no build %d", message.build().value()));
        var requests = records.requests(build.id()).stream()
                .filter(request -> request.state() != RequestRecord.State.WITHDRAWN)
                .toList();
        return new Report(build, requests, troubles(build.tasks()));
    }

    private List<Trouble> troubles(List<TaskRecord> tasks) {
        var troubles = new ArrayList<Trouble>();
        for (var task : tasks) {
            switch (task.state()) {
                case FAILED, TIMED_OUT, INFRA_ERROR -> {
                    var log = troubles.size() < MAX_EXCERPTS ? task.log() : Optional.<Digest>empty();
                    troubles.add(new Trouble(task, log.flatMap(this::excerpt)));
                }
                case WAITING, QUEUED, RUNNING, SUCCEEDED, CANCELLED, SKIPPED -> {}
            }
        }
        return troubles;
    }

    private Optional<Excerpt> excerpt(Digest log) {
        try (var reader = new LogReader(blobs.open(log))) {
            return Optional.of(FirstError.in(reader))
                    .filter(found -> !found.lines().isEmpty());
        } catch (IOException | SteadingException e) {
            // The news matters more than the log, which may have been evicted.
            LOG.log(Level.INFO, "The log {0} is not in the message: {1}", log, e.getMessage());
            return Optional.empty();
        }
    }
}
