// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.asset.v1.PushBlobRequest;
import build.bazel.remote.asset.v1.PushBlobResponse;
import build.bazel.remote.asset.v1.PushDirectoryRequest;
import build.bazel.remote.asset.v1.PushDirectoryResponse;
import build.bazel.remote.asset.v1.PushGrpc;
import build.steading.auth.Role;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.server.asset.AssetRequest;
import build.steading.server.asset.AssetRequest.Kind;
import build.steading.server.asset.Assets;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/// Speaks `Push` of the Remote Asset API for [Assets]. Who pushes decides what others build with, so it takes an
/// administrator, unless the configuration says otherwise.
public final class PushService extends PushGrpc.PushImplBase {
    private final Assets assets;

    public PushService(Assets assets) {
        this.assets = assets;
    }

    @Override
    public void pushBlob(PushBlobRequest request, StreamObserver<PushBlobResponse> response) {
        checkRight();
        var function = Digests.fromProto(request.getDigestFunction());
        var asset = new AssetRequest(
                Kind.BLOB,
                AssetProtos.uris(request.getUrisList()),
                AssetProtos.pushed(request.getQualifiersList()),
                function,
                Optional.empty());
        assets.push(
                asset,
                Digests.fromProto(request.getBlobDigest(), function),
                AssetProtos.time(request.hasExpireAt(), request.getExpireAt()));
        response.onNext(PushBlobResponse.getDefaultInstance());
        response.onCompleted();
    }

    @Override
    public void pushDirectory(PushDirectoryRequest request, StreamObserver<PushDirectoryResponse> response) {
        checkRight();
        var function = Digests.fromProto(request.getDigestFunction());
        var asset = new AssetRequest(
                Kind.DIRECTORY,
                AssetProtos.uris(request.getUrisList()),
                AssetProtos.pushed(request.getQualifiersList()),
                function,
                Optional.empty());
        assets.push(
                asset,
                Digests.fromProto(request.getRootDirectoryDigest(), function),
                AssetProtos.time(request.hasExpireAt(), request.getExpireAt()));
        response.onNext(PushDirectoryResponse.getDefaultInstance());
        response.onCompleted();
    }

    private void checkRight() {
        if (!assets.pushByBuilders() && !Callers.current().role().includes(Role.ADMIN)) {
            throw new SteadingException(new Failure.Denied(
                    "Only administrators say what addresses stand for; `push: builders` of `assets` in `server.yaml`"
                            + " would allow it"));
        }
    }
}
