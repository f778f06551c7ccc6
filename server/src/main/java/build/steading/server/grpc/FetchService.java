// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.asset.v1.FetchBlobRequest;
import build.bazel.remote.asset.v1.FetchBlobResponse;
import build.bazel.remote.asset.v1.FetchDirectoryRequest;
import build.bazel.remote.asset.v1.FetchDirectoryResponse;
import build.bazel.remote.asset.v1.FetchGrpc;
import build.steading.digest.Digests;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.server.asset.AssetRequest;
import build.steading.server.asset.AssetRequest.Kind;
import build.steading.server.asset.Assets;
import build.steading.server.asset.Fetched;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/// Speaks `Fetch` of the Remote Asset API for [Assets]. What an origin says is the answer's status; the call's
/// own status is ours.
public final class FetchService extends FetchGrpc.FetchImplBase {
    private final Assets assets;

    public FetchService(Assets assets) {
        this.assets = assets;
    }

    @Override
    public void fetchBlob(FetchBlobRequest request, StreamObserver<FetchBlobResponse> response) {
        var wish = new AssetRequest(
                Kind.BLOB,
                AssetProtos.uris(request.getUrisList()),
                AssetProtos.qualifiers(Kind.BLOB, request.getQualifiersList()),
                Digests.fromProto(request.getDigestFunction()),
                AssetProtos.time(request.hasOldestContentAccepted(), request.getOldestContentAccepted()));
        var fetched = fetch(wish, AssetProtos.patience(request.hasTimeout(), request.getTimeout()));
        var answer = FetchBlobResponse.newBuilder()
                .setStatus(AssetProtos.status(fetched))
                .setUri(fetched.uri())
                .addAllQualifiers(request.getQualifiersList());
        if (fetched instanceof Fetched.Found(var _, var digest, var expires)) {
            answer.setBlobDigest(Digests.toProto(digest)).setDigestFunction(Digests.toProto(digest.function()));
            expires.map(AssetProtos::time).ifPresent(answer::setExpiresAt);
        }
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void fetchDirectory(FetchDirectoryRequest request, StreamObserver<FetchDirectoryResponse> response) {
        var wish = new AssetRequest(
                Kind.DIRECTORY,
                AssetProtos.uris(request.getUrisList()),
                AssetProtos.qualifiers(Kind.DIRECTORY, request.getQualifiersList()),
                Digests.fromProto(request.getDigestFunction()),
                AssetProtos.time(request.hasOldestContentAccepted(), request.getOldestContentAccepted()));
        var fetched = fetch(wish, AssetProtos.patience(request.hasTimeout(), request.getTimeout()));
        var answer = FetchDirectoryResponse.newBuilder()
                .setStatus(AssetProtos.status(fetched))
                .setUri(fetched.uri())
                .addAllQualifiers(request.getQualifiersList());
        if (fetched instanceof Fetched.Found(var _, var digest, var expires)) {
            answer.setRootDirectoryDigest(Digests.toProto(digest))
                    .setDigestFunction(Digests.toProto(digest.function()));
            expires.map(AssetProtos::time).ifPresent(answer::setExpiresAt);
        }
        response.onNext(answer.build());
        response.onCompleted();
    }

    private Fetched fetch(AssetRequest wish, Duration patience) {
        try {
            return assets.fetch(wish, patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SteadingException(new Failure.Unavailable("The server is stopping"), e);
        }
    }
}
