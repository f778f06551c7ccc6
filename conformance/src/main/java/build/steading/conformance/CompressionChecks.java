// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.INVALID_ARGUMENT;
import static io.grpc.Status.Code.OK;
import static io.grpc.Status.Code.UNIMPLEMENTED;

import build.bazel.remote.execution.v2.Compressor;
import build.bazel.remote.execution.v2.Digest;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.UUID;

/// Blobs that travel compressed. What is announced must work for every blob, both ways.
final class CompressionChecks {
    private static final int BOMB_BYTES = 200 << 20;

    private CompressionChecks() {}

    static List<Check> all() {
        return List.of(
                must("Z01", "What came as zstd can be read as it was", CompressionChecks::upload),
                must("Z02", "A blob that is there already is accepted again as zstd", CompressionChecks::again),
                must("Z03", "What came as it was can be read as zstd", CompressionChecks::download),
                must("Z04", "To limit what is read as zstd is refused", CompressionChecks::limit),
                must("Z05", "Offsets count uncompressed bytes", CompressionChecks::offset),
                must("Z06", "zstd of other content is refused", CompressionChecks::otherContent),
                must("Z07", "What is not zstd is refused", CompressionChecks::garbage),
                should("Z08", "An unknown compressor is refused", CompressionChecks::unknownCompressor),
                must("111", "A small upload of zstd cannot grow beyond its digest", CompressionChecks::bomb));
    }

    private static void needed(Target target) {
        if (!target.announced()
                .getCacheCapabilities()
                .getSupportedCompressorsList()
                .contains(Compressor.Value.ZSTD)) {
            throw new NotApplicable("zstd is not announced");
        }
    }

    private static Blob wordy() {
        return Blob.of(Blob.nowhere(1).getHash().repeat(10_000));
    }

    private static Upload.End write(Target target, Digest digest, ByteString frames) throws InterruptedException {
        return write(target, "zstd", digest, frames);
    }

    private static Upload.End write(Target target, String compressor, Digest digest, ByteString frames)
            throws InterruptedException {
        var name = "%suploads/%s/compressed-blobs/%s/%s"
                .formatted(target.prefix(), UUID.randomUUID(), compressor, Blob.path(digest));
        return new Upload(target, name).inChunks(frames, 1_000).end();
    }

    private static ByteString read(Target target, Digest digest, long offset, long limit) {
        var name = "%scompressed-blobs/zstd/%s".formatted(target.prefix(), Blob.path(digest));
        return target.blobs().read(name, offset, limit);
    }

    private static String upload(Target target) throws InterruptedException {
        needed(target);
        var blob = wordy();
        // Several frames may follow one another.
        var half = blob.size() / 2;
        var frames = Zstandard.compressed(blob.data().substring(0, half))
                .concat(Zstandard.compressed(blob.data().substring(half)));
        Expect.oneOf(write(target, blob.digest(), frames).status(), OK);
        Expect.equal("Content", blob.data(), target.blobs().read(blob.digest()));
        return "";
    }

    private static String again(Target target) throws InterruptedException {
        needed(target);
        var blob = target.blobs().put(wordy());
        var end = write(target, blob.digest(), Zstandard.compressed(blob.data()));
        Expect.oneOf(end.status(), OK);
        Expect.that(
                end.committedSize() == -1
                        || end.committedSize()
                                == Zstandard.compressed(blob.data()).size(),
                "committed %d",
                end.committedSize());
        return "committed %d".formatted(end.committedSize());
    }

    private static String download(Target target) throws InterruptedException {
        needed(target);
        var blob = target.blobs().put(wordy());
        var frames = read(target, blob.digest(), 0, 0);
        Expect.equal("Content", blob.data(), Zstandard.decompressed(frames, blob.size()));
        return "%d bytes as %d".formatted(blob.size(), frames.size());
    }

    private static String limit(Target target) throws Exception {
        needed(target);
        var blob = target.blobs().put(wordy());
        return Expect.refused(() -> read(target, blob.digest(), 0, 100), INVALID_ARGUMENT);
    }

    private static String offset(Target target) throws InterruptedException {
        needed(target);
        var blob = target.blobs().put(wordy());
        var frames = read(target, blob.digest(), 100_001, 0);
        Expect.equal("Content", blob.data().substring(100_001), Zstandard.decompressed(frames, blob.size()));
        return "";
    }

    private static String otherContent(Target target) throws InterruptedException {
        needed(target);
        var claimed = wordy().digest();
        var end = write(target, claimed, Zstandard.compressed(wordy().data()));
        var seen = Expect.oneOf(end.status(), INVALID_ARGUMENT);
        Expect.that(!target.blobs().has(claimed), "stored");
        return seen;
    }

    private static String garbage(Target target) throws InterruptedException {
        needed(target);
        var blob = Blob.random(500);
        return Expect.oneOf(write(target, blob.digest(), blob.data()).status(), INVALID_ARGUMENT);
    }

    private static String unknownCompressor(Target target) throws InterruptedException {
        // There must be a server at all that could refuse it.
        target.blobs().put(Blob.random(500));
        var blob = Blob.random(500);
        var end = write(target, "shrinkomatic", blob.digest(), blob.data());
        return Expect.oneOf(end.status(), INVALID_ARGUMENT, UNIMPLEMENTED);
    }

    private static String bomb(Target target) throws InterruptedException {
        needed(target);
        var frames = Zstandard.compressed(ByteString.copyFrom(new byte[BOMB_BYTES]));
        var end = write(target, Blob.nowhere(1_000), frames);
        return "%d bytes of zstd: %s".formatted(frames.size(), Expect.oneOf(end.status(), INVALID_ARGUMENT));
    }
}
