// SPDX-License-Identifier: Apache-2.0
package build.steading.notify;

import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.build.BuildId;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.Priority;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.build.TaskState;
import build.steading.digest.Digest;
import build.steading.log.LogFormat;
import build.steading.log.LogRecord;
import build.steading.log.LogRecord.Source;
import build.steading.platform.Requirement;
import build.steading.source.Revision;
import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Builds of a project `lua`, for tests.
public final class Examples {
    public static final Instant NOW = Instant.parse("2026-03-04T05:06:07.123456Z");

    private Examples() {}

    public static BuildSpec spec() {
        var revision = new Revision(
                "0123456789".repeat(4), "t".repeat(40), "main", false, NOW, "Read \u00ff < \u2713 & be glad");
        return new BuildSpec(
                "lua",
                new SourceRef("/repository", "", "", revision),
                Digest.EMPTY,
                Map.of("opt", "O2"),
                Map.of(),
                List.of(),
                Optional.empty(),
                false,
                Requirement.ANY);
    }

    /// Returns a build that is not stored yet.
    public static BuildRecord fresh() {
        return new BuildRecord(
                new BuildId(0),
                spec(),
                BuildState.QUEUED,
                "",
                NOW,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    public static BuildRecord ended(BuildId id, BuildState state, Instant when, TaskRecord... tasks) {
        return new BuildRecord(
                id,
                spec(),
                state,
                "",
                NOW.minusSeconds(60),
                Optional.of(NOW.minusSeconds(50)),
                Optional.of(when),
                Optional.empty(),
                List.of(tasks));
    }

    public static BuildRecord ended(long id, BuildState state, TaskRecord... tasks) {
        return ended(new BuildId(id), state, NOW, tasks);
    }

    public static RequestRecord request(long id, String requester, String email) {
        return new RequestRecord(
                id,
                new BuildId(0),
                requester,
                email.isEmpty() ? Optional.empty() : Optional.of(email),
                "main",
                id > 1,
                NOW,
                Priority.INTERACTIVE,
                Optional.empty(),
                RequestRecord.State.OPEN,
                "",
                "");
    }

    public static RequestRecord closed(RequestRecord request, RequestRecord.State state, String note) {
        return request.closed(state, note);
    }

    public static TaskRecord task(String name, TaskState state, int exitCode, Optional<Digest> log) {
        return new TaskRecord(
                name,
                new TaskRecord.Ending(state, exitCode, state == TaskState.SUCCEEDED, false, ""),
                Optional.empty(),
                "worker-1",
                new TaskRecord.Times(
                        Optional.of(NOW.minusSeconds(40)),
                        Optional.of(NOW.minusSeconds(30)),
                        Optional.of(NOW.minusMillis(17_700))),
                log,
                Optional.empty());
    }

    /// Stores a log in which everything arrived by one stream.
    public static Digest log(BlobStore blobs, String text) {
        return Blobs.put(blobs, LogFormat.encode(new LogRecord(Source.STDERR, NOW, ByteString.copyFromUtf8(text))));
    }
}
