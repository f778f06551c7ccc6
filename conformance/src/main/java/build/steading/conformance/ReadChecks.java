// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.OUT_OF_RANGE;

import java.util.List;

/// Blobs read by stream.
final class ReadChecks {
    private static final int BYTES = 300_000;

    private ReadChecks() {}

    static List<Check> all() {
        return List.of(
                must("B13", "Reading from an offset on gives the rest", ReadChecks::offset),
                must("B14", "Reading up to a limit gives exactly as much", ReadChecks::limit),
                should("B15", "Reading at the end gives nothing, beyond it is refused", ReadChecks::atTheEnd),
                should("B16", "A negative offset is refused", ReadChecks::negativeOffset),
                should("B17", "A negative limit is refused", ReadChecks::negativeLimit),
                must("B18", "A missing blob is not found", ReadChecks::missing),
                should("B19", "A malformed resource name is refused", ReadChecks::malformed),
                should("B20", "A blob is not found by another size", ReadChecks::otherSize));
    }

    private static String offset(Target target) throws InterruptedException {
        var blob = target.blobs().put(Blob.random(BYTES));
        var name = target.blobs().downloadName(blob.digest());
        Expect.equal("Content", blob.data().substring(100_001), target.blobs().read(name, 100_001, 0));
        return "";
    }

    private static String limit(Target target) throws InterruptedException {
        var blob = target.blobs().put(Blob.random(BYTES));
        var name = target.blobs().downloadName(blob.digest());
        var wanted = blob.data().substring(10, 100_010);
        var got = target.blobs().read(name, 10, 100_000);
        Expect.equal("Bytes", wanted.size(), got.size());
        Expect.equal("Content", wanted, got);
        Expect.equal(
                "More than there is",
                BYTES - 10,
                target.blobs().read(name, 10, BYTES).size());
        return "";
    }

    private static String atTheEnd(Target target) throws Exception {
        var blob = target.blobs().put(Blob.random(500));
        var name = target.blobs().downloadName(blob.digest());
        Expect.equal("Bytes", 0, target.blobs().read(name, 500, 0).size());
        return Expect.refused(() -> target.blobs().read(name, 501, 0), OUT_OF_RANGE, INVALID_ARGUMENT);
    }

    private static String negativeOffset(Target target) throws Exception {
        var blob = target.blobs().put(Blob.random(500));
        var name = target.blobs().downloadName(blob.digest());
        return Expect.refused(() -> target.blobs().read(name, -1, 0), OUT_OF_RANGE, INVALID_ARGUMENT);
    }

    private static String negativeLimit(Target target) throws Exception {
        var blob = target.blobs().put(Blob.random(500));
        var name = target.blobs().downloadName(blob.digest());
        return Expect.refused(() -> target.blobs().read(name, 0, -1), OUT_OF_RANGE, INVALID_ARGUMENT);
    }

    private static String missing(Target target) throws Exception {
        return Expect.refused(() -> target.blobs().read(Blob.nowhere(500)), NOT_FOUND);
    }

    private static String malformed(Target target) throws Exception {
        return Expect.refused(() -> target.blobs().read("blobs/what/is/this", 0, 0), INVALID_ARGUMENT, NOT_FOUND);
    }

    private static String otherSize(Target target) throws Exception {
        var blob = target.blobs().put(Blob.random(500));
        return Expect.refused(() -> target.blobs().read(blob.resized(1)), NOT_FOUND, INVALID_ARGUMENT);
    }
}
