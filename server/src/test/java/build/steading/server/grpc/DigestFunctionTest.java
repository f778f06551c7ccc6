// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static build.bazel.remote.execution.v2.DigestFunction.Value.BLAKE3;
import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.ActionResult;
import build.bazel.remote.execution.v2.BatchReadBlobsRequest;
import build.bazel.remote.execution.v2.BatchUpdateBlobsRequest;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.DigestFunction;
import build.bazel.remote.execution.v2.Directory;
import build.bazel.remote.execution.v2.ExecuteOperationMetadata;
import build.bazel.remote.execution.v2.ExecuteRequest;
import build.bazel.remote.execution.v2.ExecuteResponse;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.FindMissingBlobsRequest;
import build.bazel.remote.execution.v2.GetActionResultRequest;
import build.bazel.remote.execution.v2.GetTreeRequest;
import build.bazel.remote.execution.v2.SplitBlobRequest;
import build.bazel.remote.execution.v2.SymlinkNode;
import build.bazel.remote.execution.v2.UpdateActionResultRequest;
import build.steading.blob.Blobs;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.execute.Outcome;
import build.steading.failure.Failure;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.QueryWriteStatusRequest;
import com.google.bytestream.ReadRequest;
import com.google.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import com.google.rpc.PreconditionFailure;
import io.grpc.Status;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("126: BLAKE3 through every call and resource name")
class DigestFunctionTest extends GrpcTest {
    private static final byte[] CONTENT = bytes(3_000, 1);
    private static final Digest BLOB = HashFunction.BLAKE3.of(CONTENT);

    private final ContentAddressableStorageGrpc.ContentAddressableStorageBlockingV2Stub cas =
            ContentAddressableStorageGrpc.newBlockingV2Stub(channel);
    private final ByteStreamGrpc.ByteStreamBlockingV2Stub streams = ByteStreamGrpc.newBlockingV2Stub(channel);
    private final ActionCacheGrpc.ActionCacheBlockingV2Stub cache = ActionCacheGrpc.newBlockingV2Stub(channel);

    @Test
    void batchesAreNamedByTheFunctionOfTheRequest() throws Exception {
        var update = BatchUpdateBlobsRequest.newBuilder().setDigestFunction(BLAKE3);
        update.addRequestsBuilder().setDigest(proto(BLOB)).setData(data(CONTENT));
        assertThat(cas.batchUpdateBlobs(update.build())
                        .getResponses(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.OK_VALUE);

        var read = cas.batchReadBlobs(BatchReadBlobsRequest.newBuilder()
                .setDigestFunction(BLAKE3)
                .addDigests(proto(BLOB))
                .build());
        assertThat(read.getResponses(0).getData()).isEqualTo(data(CONTENT));
        assertThat(missing(BLAKE3)).isZero();
        assertThat(missing(DigestFunction.Value.UNKNOWN)).isOne();
    }

    @Test
    void blobIsRefusedUnderTheNameThatAnotherFunctionGivesIt() throws Exception {
        var update = BatchUpdateBlobsRequest.newBuilder().setDigestFunction(BLAKE3);
        update.addRequestsBuilder().setDigest(proto(Digest.of(CONTENT))).setData(data(CONTENT));

        assertThat(cas.batchUpdateBlobs(update.build())
                        .getResponses(0)
                        .getStatus()
                        .getCode())
                .isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    }

    @Test
    void streamsAreNamedWithTheFunction() throws Exception {
        var name = "a/b/uploads/ef097a53-fbca-4a8d-a6c6-79d38c9ea256/blobs/blake3/" + BLOB.hash() + "/3000";
        var call = streams.write();
        call.write(WriteRequest.newBuilder()
                .setResourceName(name)
                .setData(data(CONTENT))
                .setFinishWrite(true)
                .build());
        assertThat(call.read().getCommittedSize()).isEqualTo(3_000);
        assertThat(streams.queryWriteStatus(QueryWriteStatusRequest.newBuilder()
                                .setResourceName(name)
                                .build())
                        .getComplete())
                .isTrue();

        assertThat(read("blobs/blake3/" + BLOB.hash() + "/3000")).isEqualTo(data(CONTENT));
        assertFails(Status.Code.NOT_FOUND, () -> read("blobs/" + BLOB.hash() + "/3000"));
    }

    @Test
    void directoriesNameWhatIsBelowByTheirOwnFunction() throws Exception {
        var leaf = put(Directory.getDefaultInstance().toBuilder()
                .addSymlinks(SymlinkNode.newBuilder().setName("l").setTarget("t"))
                .build());
        var root = Directory.newBuilder();
        root.addDirectoriesBuilder().setName("d").setDigest(proto(leaf));

        var call = cas.getTree(GetTreeRequest.newBuilder()
                .setDigestFunction(BLAKE3)
                .setRootDigest(proto(put(root.build())))
                .build());

        assertThat(call.read().getDirectoriesCount()).isEqualTo(2);
    }

    @Test
    void chunksAreNamedByTheFunctionOfTheBlob() throws Exception {
        Blobs.put(blobs, CONTENT, HashFunction.BLAKE3);

        var split = cas.splitBlob(SplitBlobRequest.newBuilder()
                .setDigestFunction(BLAKE3)
                .setBlobDigest(proto(BLOB))
                .build());

        assertThat(split.getChunkDigestsList()).containsExactly(proto(BLOB));
    }

    @Test
    void resultsOfOneFunctionAreNotThoseOfAnother() throws Exception {
        cache.updateActionResult(UpdateActionResultRequest.newBuilder()
                .setDigestFunction(BLAKE3)
                .setActionDigest(proto(BLOB))
                .setActionResult(ActionResult.newBuilder().setStdoutRaw(data(CONTENT)))
                .build());

        assertThat(cache.getActionResult(find(BLAKE3)).getStdoutRaw()).isEqualTo(data(CONTENT));
        assertFails(Status.Code.NOT_FOUND, () -> cache.getActionResult(find(DigestFunction.Value.SHA256)));
    }

    @Test
    void actionsAreExecutedUnderTheirNames() throws Exception {
        var call = ExecutionGrpc.newBlockingV2Stub(channel)
                .execute(ExecuteRequest.newBuilder()
                        .setDigestFunction(BLAKE3)
                        .setActionDigest(proto(BLOB))
                        .build());
        var stake = executor.next();
        assertThat(stake.request.action()).isEqualTo(BLOB);
        stake.end(new Outcome.NotRun(new Failure.MissingBlobs(Set.of(BLOB))));

        var last = call.read();
        while (!last.getDone()) {
            last = call.read();
        }
        assertThat(last.getMetadata().unpack(ExecuteOperationMetadata.class).getDigestFunction())
                .isEqualTo(BLAKE3);
        var status = last.getResponse().unpack(ExecuteResponse.class).getStatus();
        assertThat(status.getDetails(0)
                        .unpack(PreconditionFailure.class)
                        .getViolations(0)
                        .getSubject())
                .isEqualTo("blobs/blake3/" + BLOB.hash() + "/3000");
    }

    private int missing(DigestFunction.Value function) throws Exception {
        return cas.findMissingBlobs(FindMissingBlobsRequest.newBuilder()
                        .setDigestFunction(function)
                        .addBlobDigests(proto(BLOB))
                        .build())
                .getMissingBlobDigestsCount();
    }

    private ByteString read(String name) throws Exception {
        return streams.read(ReadRequest.newBuilder().setResourceName(name).build())
                .read()
                .getData();
    }

    private GetActionResultRequest find(DigestFunction.Value function) {
        return GetActionResultRequest.newBuilder()
                .setDigestFunction(function)
                .setActionDigest(proto(BLOB))
                .build();
    }

    private Digest put(Directory directory) {
        return Blobs.put(blobs, directory.toByteArray(), HashFunction.BLAKE3);
    }
}
