// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.OutputFile;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.digest.HashFunction;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InliningTest {
    private static final HashFunction FUNCTION = HashFunction.SHA256;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final ActionResult result = ActionResult.newBuilder()
            .setExitCode(3)
            .addOutputFiles(file("a.o", stored("a".repeat(1_000))))
            .addOutputFiles(file("b.o", stored("b".repeat(1_000))))
            .addOutputFiles(file("gone.o", Digest.of("gone".getBytes(UTF_8))))
            .build();

    @Test
    void whatWasAskedForComesAlong() {
        var inlining = new Inlining(blobs, 10_000);

        assertThat(contents(inlining.with(result, Set.of("b.o", "gone.o", "other"), FUNCTION)))
                .containsExactly("", "b".repeat(1_000), "");
        assertThat(inlining.with(result, Set.of(), FUNCTION)).isEqualTo(result);
    }

    @Test
    void whatHasNoRoomDoesNot() {
        var inlining = new Inlining(blobs, result.getSerializedSize() + 1_500);

        assertThat(contents(inlining.with(result, Set.of("a.o", "b.o"), FUNCTION)))
                .containsExactly("a".repeat(1_000), "", "");
    }

    @Test
    void lastMessageOfAnOperationIsTheSameOtherwise() throws Exception {
        var message = Operation.newBuilder()
                .setName("one")
                .setDone(true)
                .setResponse(Any.pack(ExecuteResponse.newBuilder()
                        .setResult(result)
                        .setCachedResult(true)
                        .build()))
                .build();
        var inlining = new Inlining(blobs, 10_000);

        var full = inlining.of(Set.of("a.o"), FUNCTION).apply(message);

        var response = full.getResponse().unpack(ExecuteResponse.class);
        assertThat(contents(response.getResult())).containsExactly("a".repeat(1_000), "", "");
        var bare = response.toBuilder();
        bare.getResultBuilder().getOutputFilesBuilder(0).clearContents();
        assertThat(full.toBuilder().setResponse(Any.pack(bare.build())).build()).isEqualTo(message);
        assertThat(inlining.of(Set.of(), FUNCTION).apply(message)).isSameAs(message);
    }

    private Digest stored(String text) {
        return Blobs.put(blobs, text.getBytes(UTF_8));
    }

    private static OutputFile file(String path, Digest digest) {
        return OutputFile.newBuilder()
                .setPath(path)
                .setDigest(Digests.toProto(digest))
                .build();
    }

    private static List<String> contents(ActionResult result) {
        return result.getOutputFilesList().stream()
                .map(file -> file.getContents().toStringUtf8())
                .toList();
    }
}
