// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.OK;

import build.bazel.remote.execution.v2.Digest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Finding out what the server lacks.
final class FindChecks {
    private static final int MANY = 10_000;

    private FindChecks() {}

    static List<Check> all() {
        return List.of(
                must("S01", "The empty blob is never missing", FindChecks::emptyBlobIsThere),
                must("S02", "The empty blob can be read in a batch, and was never uploaded", FindChecks::emptyInBatch),
                must("S03", "The empty blob can be read by stream, and was never uploaded", FindChecks::emptyByStream),
                must("S04", "Exactly what was not uploaded is missing", FindChecks::exactDifference),
                must("S05", "A blob of another size is another blob", FindChecks::sizeCounts),
                must("S06", "To ask for nothing is answered by nothing", FindChecks::nothing),
                should("S07", "A malformed hash is refused", FindChecks::malformedHash),
                should("S08", "A hash in capitals is refused or missing", FindChecks::capitals),
                should("S09", "A negative size is refused", FindChecks::negativeSize),
                must("S10", "10,000 digests can be asked for at once", FindChecks::many),
                must("S11", "The same digest may be asked for twice in a call", FindChecks::twice));
    }

    private static String emptyBlobIsThere(Target target) {
        Expect.that(target.blobs().has(Blob.EMPTY.digest()), "reported missing");
        return "";
    }

    private static String emptyInBatch(Target target) {
        var answer = target.blobs().batch(List.of(Blob.EMPTY.digest())).getResponses(0);
        Expect.equal("Status", 0, answer.getStatus().getCode());
        Expect.equal("Bytes", 0, answer.getData().size());
        return "";
    }

    private static String emptyByStream(Target target) {
        Expect.equal("Bytes", 0, target.blobs().read(Blob.EMPTY.digest()).size());
        return "";
    }

    private static String exactDifference(Target target) throws InterruptedException {
        var there = target.blobs().put(Blob.random(100)).digest();
        var absent = Blob.nowhere(100);
        Expect.equal("Missing", Set.of(absent), target.blobs().missing(List.of(there, absent)));
        return "";
    }

    private static String sizeCounts(Target target) throws Exception {
        var there = target.blobs().put(Blob.random(100));
        return missingOrRefused(target, there.resized(1));
    }

    private static String missingOrRefused(Target target, Digest digest) throws Exception {
        var missing = new HashSet<Digest>();
        var status = Expect.statusOf(() -> missing.addAll(target.blobs().missing(List.of(digest))));
        Expect.that(!status.isOk() || missing.contains(digest), "reported present");
        return Expect.oneOf(status, OK, INVALID_ARGUMENT);
    }

    private static String nothing(Target target) {
        Expect.equal("Missing", Set.<Digest>of(), target.blobs().missing(List.of()));
        return "";
    }

    private static String malformedHash(Target target) throws Exception {
        return Expect.refused(() -> target.blobs().missing(List.of(Blob.digest("xyz", 3))), INVALID_ARGUMENT);
    }

    private static String capitals(Target target) throws Exception {
        var there = target.blobs().put(Blob.random(100)).digest();
        var digest = Blob.digest(there.getHash().toUpperCase(Locale.ROOT), there.getSizeBytes());
        return missingOrRefused(target, digest);
    }

    private static String negativeSize(Target target) throws Exception {
        var digest = Blob.digest(Blob.nowhere(10).getHash(), -1);
        return Expect.refused(() -> target.blobs().missing(List.of(digest)), INVALID_ARGUMENT);
    }

    private static String many(Target target) throws InterruptedException {
        var there = target.blobs().put(Blob.random(100)).digest();
        var asked = new ArrayList<Digest>();
        for (var i = 1; i < MANY; i++) {
            asked.add(Blob.of("absent %s %d".formatted(there.getHash(), i)).digest());
        }
        asked.add(there);
        Expect.equal("Missing", MANY - 1, target.blobs().missing(asked).size());
        return "";
    }

    private static String twice(Target target) throws InterruptedException {
        var there = target.blobs().put(Blob.random(100)).digest();
        var absent = Blob.nowhere(100);
        Expect.equal("Missing", Set.of(absent), target.blobs().missing(List.of(there, absent, absent, there)));
        return "";
    }
}
