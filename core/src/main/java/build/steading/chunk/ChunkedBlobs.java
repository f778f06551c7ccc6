// SPDX-License-Identifier: Apache-2.0
package build.steading.chunk;

import static java.nio.charset.StandardCharsets.US_ASCII;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// Splits the blobs of a store into chunks, which are blobs as well, and splices chunks into blobs. No blob is
/// ever in memory as a whole. As thread-safe as the store.
///
/// How a blob was split is remembered like the result of an action whose outputs are the chunks, since it is
/// one: it follows from the blob alone, and is worth something only as long as all chunks are there. Its key is a
/// text that no action can be. Only what was seen to give the blob is remembered.
public final class ChunkedBlobs {
    private final BlobStore blobs;
    private final ActionCache splits;
    private final FastCdc rule;

    /// @param splits remembers how blobs were split, and tells only of splits whose chunks are all present
    public ChunkedBlobs(BlobStore blobs, ActionCache splits) {
        this(blobs, splits, FastCdc.STANDARD);
    }

    ChunkedBlobs(BlobStore blobs, ActionCache splits, FastCdc rule) {
        this.blobs = blobs;
        this.splits = splits;
        this.rule = rule;
    }

    /// Returns the chunks of which a blob consists, in their order. All of them are in the store then.
    ///
    /// @throws SteadingException with `MissingBlobs` if the blob is absent, `Unavailable` or `Overloaded` if
    ///     there is no room for its chunks
    public List<Digest> split(Digest blob) {
        if (!blobs.findMissing(Set.of(blob)).isEmpty()) {
            throw new SteadingException(new Failure.MissingBlobs(Set.of(blob)));
        }
        return remembered(blob).orElseGet(() -> splitAnew(blob));
    }

    private List<Digest> splitAnew(Digest blob) {
        var chunks = new ArrayList<Digest>();
        try (var content = blobs.open(blob)) {
            var reader = new ChunkReader(content, blob.sizeBytes(), rule);
            for (var chunk = reader.next(); chunk.length > 0; chunk = reader.next()) {
                chunks.add(Blobs.put(blobs, chunk, blob.function()));
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("Blob `%s` cannot be read".formatted(blob), e);
        }
        remember(blob, chunks);
        return chunks;
    }

    /// Stores the blob that consists of `chunks`, unless it is there already.
    ///
    /// @throws SteadingException with `MissingBlobs` if chunks are absent, `Invalid` if they give another blob
    public void splice(Digest blob, List<Digest> chunks) {
        checkSize(blob, chunks);
        var distinct = new HashSet<>(chunks);
        var missing = blobs.findMissing(distinct);
        if (!missing.isEmpty()) {
            throw new SteadingException(new Failure.MissingBlobs(missing));
        }
        if (blobs.findMissing(Set.of(blob)).isEmpty()) {
            return;
        }
        try (var content = new SplicedInputStream(blobs, chunks)) {
            blobs.put(blob, content);
            // A store that got the blob from somebody else meanwhile has not looked at ours.
            if (content.isWhole() && isOfOurSizes(chunks)) {
                remember(blob, chunks);
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("The chunks of blob `%s` cannot be read".formatted(blob), e);
        }
    }

    private static void checkSize(Digest blob, List<Digest> chunks) {
        var left = blob.sizeBytes();
        for (var chunk : chunks) {
            // Subtracting, as the sum of the sizes that clients claim may overflow.
            left -= chunk.sizeBytes();
            if (left < 0) {
                break;
            }
        }
        if (left != 0) {
            throw SteadingException.invalid(
                    "The sizes of %d chunks do not add up to that of blob `%s`", chunks.size(), blob);
        }
    }

    /// Chunks of any size will do for a client that splices. Others are only offered ones that may be ours.
    private boolean isOfOurSizes(List<Digest> chunks) {
        for (var i = 0; i < chunks.size(); i++) {
            var bytes = chunks.get(i).sizeBytes();
            if (bytes > rule.maxBytes() || (bytes < rule.minBytes() && i < chunks.size() - 1)) {
                return false;
            }
        }
        return true;
    }

    private Optional<List<Digest>> remembered(Digest blob) {
        return splits.find(key(blob))
                .map(split -> split.getOutputFilesList().stream()
                        .map(chunk -> Digests.fromProto(chunk.getDigest(), blob.function()))
                        .toList());
    }

    private void remember(Digest blob, List<Digest> chunks) {
        var split = ActionResult.newBuilder();
        IntStream.range(0, chunks.size())
                .mapToObj(i ->
                        OutputFile.newBuilder().setPath(Integer.toString(i)).setDigest(Digests.toProto(chunks.get(i))))
                .forEach(split::addOutputFiles);
        splits.put(key(blob), split.build());
    }

    /// An `Action` cannot be a text like this: as a message it is malformed from its fourth field on.
    private Digest key(Digest blob) {
        return blob.function()
                .of("steading: chunks of %s by FastCDC 2020, %d bytes on average"
                        .formatted(blob, rule.averageBytes())
                        .getBytes(US_ASCII));
    }
}
