// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.bazel.remote.asset.v1.FetchBlobRequest;
import build.bazel.remote.asset.v1.FetchDirectoryRequest;
import build.bazel.remote.asset.v1.FetchGrpc;
import build.bazel.remote.asset.v1.PushBlobRequest;
import build.bazel.remote.asset.v1.PushDirectoryRequest;
import build.bazel.remote.asset.v1.PushGrpc;
import build.bazel.remote.asset.v1.Qualifier;
import build.bazel.remote.execution.v2.DigestFunction;
import build.steading.action.MemoryActionCache;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.lifecycle.Resources;
import build.steading.server.asset.AssetConfig;
import build.steading.server.asset.Assets;
import build.steading.server.sql.SqliteAssets;
import build.steading.server.sql.SqliteDatabase;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssetServicesTest {
    private static final Timestamp FUTURE =
            Timestamp.newBuilder().setSeconds(32_503_680_000L).build();

    @TempDir
    private Path directory;

    private final Resources resources = new Resources();
    private final MemoryBlobStore blobs = new MemoryBlobStore();

    @AfterEach
    void close() {
        resources.close();
    }

    private Channel channel(Role role) throws IOException {
        var database = resources.add(new SqliteDatabase(directory.resolve(role + ".db")));
        var records = new SqliteAssets(database, 100);
        var clock = InstantSource.system();
        var assets = resources.add(new Assets(
                AssetConfig.NONE,
                new Assets.Parts(blobs, records, (_, _, _) -> Digest.EMPTY, directory.resolve("spool"), clock)));
        var book = resources.add(new OperationBook(new FakeExecutor(), OperationLimits.STANDARD, clock));
        var config = GrpcTest.config(InstanceNames.ANY, false);
        var name = InProcessServerBuilder.generateName();
        var server = new Services(config, blobs, new MemoryActionCache(1), book, clock)
                .and(List.of(new FetchService(assets), new PushService(assets)))
                .addTo(InProcessServerBuilder.forName(name), Authenticator.always(new Identity("ann", role)))
                .build()
                .start();
        resources.add(server::shutdownNow);
        var channel = InProcessChannelBuilder.forName(name).build();
        resources.add(channel::shutdownNow);
        return channel;
    }

    @Test
    void whatAnAdministratorPushedIsFetched() throws Exception {
        var channel = channel(Role.ADMIN);
        var blob = Blobs.put(blobs, new byte[5], HashFunction.BLAKE3);
        PushGrpc.newBlockingV2Stub(channel)
                .pushBlob(PushBlobRequest.newBuilder()
                        .addUris("https://example.org/a")
                        .addUris("urn:a")
                        .addQualifiers(qualifier("bazel.canonical_id", "7"))
                        .setBlobDigest(GrpcTest.proto(blob))
                        .setDigestFunction(DigestFunction.Value.BLAKE3)
                        .setExpireAt(FUTURE)
                        .build());

        var found = FetchGrpc.newBlockingV2Stub(channel)
                .fetchBlob(FetchBlobRequest.newBuilder()
                        .addUris("urn:a")
                        .addQualifiers(qualifier("bazel.canonical_id", "7"))
                        .setDigestFunction(DigestFunction.Value.BLAKE3)
                        .build());

        assertThat(found.getStatus().getCode()).isEqualTo(Code.OK_VALUE);
        assertThat(found.getUri()).isEqualTo("urn:a");
        assertThat(found.getBlobDigest()).isEqualTo(GrpcTest.proto(blob));
        assertThat(found.getDigestFunction()).isEqualTo(DigestFunction.Value.BLAKE3);
        assertThat(found.getExpiresAt()).isEqualTo(FUTURE);
    }

    @Test
    void pushedDirectoryIsFetchedOnlyByItsQualifiers() throws Exception {
        var channel = channel(Role.ADMIN);
        PushGrpc.newBlockingV2Stub(channel)
                .pushDirectory(PushDirectoryRequest.newBuilder()
                        .addUris("urn:d")
                        .addQualifiers(qualifier("vcs.branch", "main"))
                        .setRootDirectoryDigest(GrpcTest.proto(Digest.EMPTY))
                        .build());
        var stub = FetchGrpc.newBlockingV2Stub(channel);

        var found = stub.fetchDirectory(FetchDirectoryRequest.newBuilder()
                .addUris("urn:d")
                .addQualifiers(qualifier("vcs.branch", "main"))
                .build());
        var other = stub.fetchDirectory(
                FetchDirectoryRequest.newBuilder().addUris("urn:d").build());

        assertThat(found.getRootDirectoryDigest()).isEqualTo(GrpcTest.proto(Digest.EMPTY));
        assertThat(other.getStatus().getCode()).isEqualTo(Code.NOT_FOUND_VALUE);
    }

    @Test
    void originThatNobodyAllowedIsDeniedInTheAnswer() throws Exception {
        var found = FetchGrpc.newBlockingV2Stub(channel(Role.BUILDER))
                .fetchBlob(FetchBlobRequest.newBuilder()
                        .addUris("http://127.0.0.1/a")
                        .build());

        assertThat(found.getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
        assertThat(found.getUri()).isEqualTo("http://127.0.0.1/a");
        assertThat(found.hasBlobDigest()).isFalse();
    }

    @Test
    void unknownQualifiersAreNamed() throws Exception {
        var stub = FetchGrpc.newBlockingV2Stub(channel(Role.BUILDER));
        var request = FetchBlobRequest.newBuilder()
                .addUris("https://example.org/a")
                .addQualifiers(qualifier("checksum.sri", "sha256-"))
                .addQualifiers(qualifier("vcs.branch", "main"))
                .addQualifiers(qualifier("colour", "green"))
                .build();

        var failure = catchThrowableOfType(StatusException.class, () -> stub.fetchBlob(request));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        var details = StatusProto.fromThrowable(failure).getDetails(0).unpack(BadRequest.class);
        assertThat(details.getFieldViolationsList())
                .extracting(violation -> violation.getField() + ": " + violation.getDescription())
                .containsExactly(
                        "qualifiers.name: \"vcs.branch\" not supported", "qualifiers.name: \"colour\" not supported");
    }

    @Test
    void requestWithoutAddressIsRefused() throws Exception {
        var stub = FetchGrpc.newBlockingV2Stub(channel(Role.BUILDER));

        GrpcTest.assertFails(Status.Code.INVALID_ARGUMENT, () -> stub.fetchBlob(FetchBlobRequest.getDefaultInstance()));
    }

    @Test
    void buildersDoNotPush() throws Exception {
        var stub = PushGrpc.newBlockingV2Stub(channel(Role.BUILDER));

        GrpcTest.assertFails(
                Status.Code.PERMISSION_DENIED,
                () -> stub.pushBlob(PushBlobRequest.newBuilder()
                        .addUris("urn:a")
                        .setBlobDigest(GrpcTest.proto(Digest.EMPTY))
                        .build()));
    }

    private static Qualifier qualifier(String name, String value) {
        return Qualifier.newBuilder().setName(name).setValue(value).build();
    }
}
