// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import static build.steading.conformance.Check.must;
import static build.steading.conformance.Check.optional;
import static build.steading.conformance.Check.should;
import static io.grpc.Status.Code.NOT_FOUND;
import static io.grpc.Status.Code.UNIMPLEMENTED;

import build.bazel.remote.execution.v2.Digest;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.GetTreeResponse;
import build.bazel.remote.execution.v2.SpliceBlobRequest;
import build.bazel.remote.execution.v2.SplitBlobRequest;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Whole trees, and blobs in chunks.
final class TreeChecks {
    private TreeChecks() {}

    static List<Check> all() {
        return List.of(
                must("G01", "A tree is its root and every directory below", TreeChecks::whole),
                should("G02", "A tree can be read page by page", TreeChecks::pages),
                must("G03", "A missing root is not found", TreeChecks::missingRoot),
                must("G04", "A tree of which a part is missing is the rest", TreeChecks::missingPart),
                should("G05", "The empty directory is a tree", TreeChecks::empty),
                optional("X01", "Chunking works if it is announced, and only then", TreeChecks::chunks),
                must("124", "What chunks do not add up to is not spliced", TreeChecks::badSplice));
    }

    private static List<GetTreeResponse> pages(Target target, Digest root, int pageSize, String token) {
        var request = GetTreeRequest.newBuilder()
                .setInstanceName(target.instance())
                .setRootDigest(root)
                .setPageSize(pageSize)
                .setPageToken(token)
                .build();
        var pages = new ArrayList<GetTreeResponse>();
        target.cas().getTree(request).forEachRemaining(pages::add);
        return pages;
    }

    private static Set<Digest> digests(List<GetTreeResponse> pages) {
        return pages.stream()
                .flatMap(page -> page.getDirectoriesList().stream())
                .map(directory -> Blob.of(directory).digest())
                .collect(Collectors.toSet());
    }

    private static final class Sample {
        private final Folder leaf = new Folder().file("leaf", Blob.nowhere(1).getHash());
        private final Folder middle = new Folder().folder("leaf", leaf).file("middle", "");
        private final Folder root = new Folder().folder("again", leaf).folder("middle", middle);

        Set<Digest> digests() {
            return Stream.of(leaf, middle, root).map(Folder::digest).collect(Collectors.toSet());
        }
    }

    private static String whole(Target target) throws InterruptedException {
        var sample = new Sample();
        target.blobs().put(sample.root.blobs());
        Expect.equal("Directories", sample.digests(), digests(pages(target, sample.root.digest(), 0, "")));
        return "";
    }

    private static String pages(Target target) throws InterruptedException {
        var sample = new Sample();
        target.blobs().put(sample.root.blobs());
        var all = pages(target, sample.root.digest(), 1, "");
        Expect.equal("Directories", sample.digests(), digests(all));
        Expect.that(
                all.stream().allMatch(page -> page.getDirectoriesCount() <= 1), "a page with more than one directory");
        var token = all.getFirst().getNextPageToken();
        Expect.that(!token.isEmpty(), "the first page does not say how to go on");
        var rest = digests(pages(target, sample.root.digest(), 1, token));
        rest.addAll(digests(List.of(all.getFirst())));
        Expect.equal("Directories from the second page on", sample.digests(), rest);
        return "%d pages".formatted(all.size());
    }

    private static String missingRoot(Target target) throws Exception {
        return Expect.refused(() -> pages(target, Blob.nowhere(80), 0, ""), NOT_FOUND);
    }

    private static String missingPart(Target target) throws InterruptedException {
        var there = new Folder().file("there", Blob.nowhere(1).getHash());
        var root = new Folder().folder("there", there).absentFolder("gone", Blob.nowhere(80));
        target.blobs().put(root.blobs());
        Expect.equal(
                "Directories", Set.of(there.digest(), root.digest()), digests(pages(target, root.digest(), 0, "")));
        return "";
    }

    private static String empty(Target target) {
        Expect.equal("Directories", Set.of(Blob.EMPTY.digest()), digests(pages(target, Blob.EMPTY.digest(), 0, "")));
        return "";
    }

    private static SplitBlobRequest split(Target target, Digest digest) {
        return SplitBlobRequest.newBuilder()
                .setInstanceName(target.instance())
                .setBlobDigest(digest)
                .build();
    }

    private static SpliceBlobRequest splice(Target target, Digest whole, List<Digest> chunks) {
        return SpliceBlobRequest.newBuilder()
                .setInstanceName(target.instance())
                .setBlobDigest(whole)
                .addAllChunkDigests(chunks)
                .build();
    }

    private static String chunks(Target target) throws Exception {
        var cache = target.announced().getCacheCapabilities();
        var seen = new ArrayList<String>();
        var big = target.blobs().put(Blob.random(3 << 20));
        if (cache.getSplitBlobSupport()) {
            var chunks = target.cas().splitBlob(split(target, big.digest())).getChunkDigestsList();
            var joined = chunks.stream()
                    .map(target.blobs()::read)
                    .reduce(com.google.protobuf.ByteString.EMPTY, com.google.protobuf.ByteString::concat);
            Expect.equal("Content of the chunks", big.data(), joined);
            seen.add("split into " + chunks.size());
        } else {
            Expect.refused(() -> target.cas().splitBlob(split(target, big.digest())), UNIMPLEMENTED);
        }
        var parts = List.of(Blob.random(1_000), Blob.random(1_000));
        target.blobs().put(parts);
        var whole = Blob.of(parts.getFirst().data().concat(parts.getLast().data()));
        var request =
                splice(target, whole.digest(), parts.stream().map(Blob::digest).toList());
        if (cache.getSpliceBlobSupport()) {
            target.cas().spliceBlob(request);
            Expect.equal("Content", whole.data(), target.blobs().read(whole.digest()));
            seen.add("spliced");
        } else {
            Expect.refused(() -> target.cas().spliceBlob(request), UNIMPLEMENTED);
        }
        return seen.isEmpty() ? "not announced" : String.join(", ", seen);
    }

    private static String badSplice(Target target) throws Exception {
        if (!target.announced().getCacheCapabilities().getSpliceBlobSupport()) {
            throw new NotApplicable("splicing is not announced");
        }
        var part = target.blobs().put(Blob.random(1_000)).digest();
        var wrong = splice(target, Blob.nowhere(1_000), List.of(part));
        var seen = Expect.refused(() -> target.cas().spliceBlob(wrong), Status.Code.INVALID_ARGUMENT);
        var gone = splice(target, Blob.nowhere(2_000), List.of(part, Blob.nowhere(1_000)));
        return seen + "; " + Expect.refused(() -> target.cas().spliceBlob(gone), NOT_FOUND);
    }
}
