// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.optional;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.RESOURCE_EXHAUSTED;

import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.Compressor;
import java.util.ArrayList;
import java.util.List;

/// Blobs by the batch.
final class BatchChecks {
    private BatchChecks() {}

    static List<Check> all() {
        return List.of(
                must("S12", "A bad blob of a batch fails alone", BatchChecks::badBlobFailsAlone),
                must("S13", "A blob of another size than said is refused", BatchChecks::wrongSize),
                must("S14", "The empty blob may be uploaded", BatchChecks::emptyBlob),
                must("S15", "A batch above the limit is refused", BatchChecks::tooMuch),
                must("S16", "A batch of exactly the limit is accepted", BatchChecks::exactlyTheLimit),
                must("S17", "A missing blob of a batch fails alone", BatchChecks::missingBlobFailsAlone),
                must("S18", "To read more than the limit in a batch is refused", BatchChecks::readTooMuch),
                optional("S19", "A batch comes uncompressed or as valid zstd to who takes zstd", BatchChecks::readZstd),
                optional("S20", "A batch may be uploaded as zstd", BatchChecks::updateZstd));
    }

    private static String badBlobFailsAlone(Target target) {
        var good = Blob.random(64);
        var bad = new Blob(Blob.nowhere(64), Blob.random(64).data());
        var answer = target.blobs().update(List.of(good, bad));
        Expect.equal("Answers", 2, answer.getResponsesCount());
        for (var response : answer.getResponsesList()) {
            var wanted = response.getDigest().equals(good.digest()) ? 0 : INVALID_ARGUMENT.value();
            Expect.equal("Status", wanted, response.getStatus().getCode());
        }
        Expect.that(target.blobs().has(good.digest()), "the good blob is missing");
        Expect.that(!target.blobs().has(bad.digest()), "the bad blob is there");
        return "";
    }

    private static String wrongSize(Target target) throws Exception {
        var blob = Blob.random(64);
        var wrong = new Blob(blob.resized(1), blob.data());
        var codes = new ArrayList<Integer>();
        var status = Expect.statusOf(() -> codes.add(target.blobs()
                .update(List.of(wrong))
                .getResponses(0)
                .getStatus()
                .getCode()));
        if (status.isOk()) {
            Expect.equal("Status", List.of(INVALID_ARGUMENT.value()), codes);
            return "";
        }
        return Expect.oneOf(status, INVALID_ARGUMENT);
    }

    private static String emptyBlob(Target target) {
        var answer = target.blobs().update(List.of(Blob.EMPTY));
        Expect.equal("Status", 0, answer.getResponses(0).getStatus().getCode());
        return "";
    }

    private static String tooMuch(Target target) throws Exception {
        var half = Math.toIntExact(target.blobs().batchLimit() / 2);
        var blobs = List.of(Blob.random(half), Blob.random(half), Blob.random(100));
        return Expect.refused(() -> target.blobs().update(blobs), INVALID_ARGUMENT, RESOURCE_EXHAUSTED);
    }

    private static String exactlyTheLimit(Target target) {
        var limit = Math.toIntExact(target.blobs().batchLimit());
        var blobs = List.of(Blob.random(limit / 2), Blob.random(limit - limit / 2));
        for (var response : target.blobs().update(blobs).getResponsesList()) {
            Expect.equal("Status", 0, response.getStatus().getCode());
        }
        var read = target.blobs().batch(blobs.stream().map(Blob::digest).toList());
        Expect.equal("Blobs read", 2, read.getResponsesCount());
        return "%d bytes".formatted(limit);
    }

    private static String missingBlobFailsAlone(Target target) throws InterruptedException {
        var there = target.blobs().put(Blob.random(64));
        var answer = target.blobs().batch(List.of(there.digest(), Blob.nowhere(64)));
        Expect.equal("Answers", 2, answer.getResponsesCount());
        for (var response : answer.getResponsesList()) {
            var isThere = response.getDigest().equals(there.digest());
            Expect.equal(
                    "Status",
                    isThere ? 0 : NOT_FOUND.value(),
                    response.getStatus().getCode());
            Expect.that(!isThere || response.getData().equals(there.data()), "other content");
        }
        return "";
    }

    private static String readTooMuch(Target target) throws Exception {
        var half = Math.toIntExact(target.blobs().batchLimit() / 2 + 1_000);
        var blobs = List.of(Blob.random(half), Blob.random(half));
        target.blobs().put(blobs);
        var digests = blobs.stream().map(Blob::digest).toList();
        return Expect.refused(() -> target.blobs().batch(digests), INVALID_ARGUMENT, RESOURCE_EXHAUSTED);
    }

    private static String readZstd(Target target) throws InterruptedException {
        var blob = target.blobs().put(Blob.of("compress me ".repeat(1_000)));
        var answer = target.cas()
                .batchReadBlobs(BatchReadBlobsRequest.newBuilder()
                        .setInstanceName(target.instance())
                        .addDigests(blob.digest())
                        .addAcceptableCompressors(Compressor.Value.ZSTD)
                        .build())
                .getResponses(0);
        Expect.equal("Status", 0, answer.getStatus().getCode());
        var data = switch (answer.getCompressor()) {
            case IDENTITY -> answer.getData();
            case ZSTD -> Zstandard.decompressed(answer.getData(), blob.size());
            default -> throw new Unmet("compressed by %s", answer.getCompressor());
        };
        Expect.equal("Content", blob.data(), data);
        return answer.getCompressor().toString();
    }

    private static String updateZstd(Target target) {
        if (!target.announced()
                .getCacheCapabilities()
                .getSupportedBatchUpdateCompressorsList()
                .contains(Compressor.Value.ZSTD)) {
            throw new NotApplicable("zstd in batches is not announced");
        }
        var blob = Blob.of(Blob.nowhere(1).getHash().repeat(100));
        var request = BatchUpdateBlobsRequest.newBuilder().setInstanceName(target.instance());
        request.addRequestsBuilder()
                .setDigest(blob.digest())
                .setData(Zstandard.compressed(blob.data()))
                .setCompressor(Compressor.Value.ZSTD);
        var answer = target.cas().batchUpdateBlobs(request.build()).getResponses(0);
        Expect.equal("Status", 0, answer.getStatus().getCode());
        Expect.equal("Content", blob.data(), target.blobs().read(blob.digest()));
        return "";
    }
}
