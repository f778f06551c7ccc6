// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.bazel.remote.execution.v2.ExecutedActionMetadata;
import build.steading.api.v1.ExecutionDetails;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.schedule.WorkerId;
import build.steading.worker.sandbox.RunEnd.Ran;
import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Notes when the steps of an attempt began and ended. Not thread-safe.
final class Stopwatch {
    private final InstantSource clock;
    private final ExecutedActionMetadata.Builder metadata = ExecutedActionMetadata.newBuilder();

    Stopwatch(InstantSource clock, WorkerId worker, Instant queued) {
        this.clock = clock;
        metadata.setWorker(worker.name()).setQueuedTimestamp(timestamp(queued)).setWorkerStartTimestamp(now());
    }

    void fetching() {
        metadata.setInputFetchStartTimestamp(now());
    }

    void fetched() {
        metadata.setInputFetchCompletedTimestamp(now());
    }

    void ran(Ran ran) {
        metadata.setExecutionStartTimestamp(timestamp(ran.start()))
                .setExecutionCompletedTimestamp(timestamp(ran.end()))
                .setOutputUploadStartTimestamp(now());
    }

    ExecutedActionMetadata stop(Ran ran, Optional<Digest> log, String sandbox) {
        var details = ExecutionDetails.newBuilder()
                .setPeakMemoryBytes(ran.peakBytes())
                .setCpuMicros(ran.cpu().dividedBy(ChronoUnit.MICROS.getDuration()))
                .setSandbox(sandbox);
        log.ifPresent(digest -> details.setLogDigest(Digests.toProto(digest)));
        return metadata.setOutputUploadCompletedTimestamp(now())
                .setWorkerCompletedTimestamp(now())
                .addAuxiliaryMetadata(Any.pack(details.build()))
                .build();
    }

    private Timestamp now() {
        return timestamp(clock.instant());
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }
}
