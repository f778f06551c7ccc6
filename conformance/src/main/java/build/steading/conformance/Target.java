// SPDX-License-Identifier: Apache-2.0
package build.steading.conformance;

import build.bazel.remote.execution.v2.ActionCacheGrpc;
import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.ContentAddressableStorageGrpc;
import build.bazel.remote.execution.v2.ExecutionGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.bazel.remote.execution.v2.RequestMetadata;
import build.bazel.remote.execution.v2.ServerCapabilities;
import build.bazel.remote.execution.v2.ToolDetails;
import com.google.bytestream.ByteStreamGrpc;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.longrunning.OperationsGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The server under examination, as a client sees it. Thread-safe.
public final class Target {
    /// How long one call may take.
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Metadata.Key<RequestMetadata> METADATA = Metadata.Key.of(
            "build.bazel.remote.execution.v2.requestmetadata-bin",
            ProtoUtils.metadataMarshaller(RequestMetadata.getDefaultInstance()));

    private final Channel plain;
    private final Channel channel;
    private final String instance;

    @GuardedBy("this")
    private @Nullable ServerCapabilities announced;

    /// @param channel leads to the server; the caller closes it
    /// @param instance the instance name for all requests; may be empty
    public Target(Channel channel, String instance) {
        this.plain = channel;
        this.channel = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata()));
        this.instance = instance;
    }

    private static Metadata metadata() {
        var headers = new Metadata();
        headers.put(
                METADATA,
                RequestMetadata.newBuilder()
                        .setToolDetails(ToolDetails.newBuilder().setToolName("steading-conformance"))
                        .setToolInvocationId(UUID.randomUUID().toString())
                        .build());
        return headers;
    }

    String instance() {
        return instance;
    }

    /// Returns what the server says that it can do, asked once.
    synchronized ServerCapabilities announced() {
        if (announced == null) {
            announced = capabilities()
                    .getCapabilities(GetCapabilitiesRequest.newBuilder()
                            .setInstanceName(instance)
                            .build());
        }
        return announced;
    }

    /// Returns the same server, called without saying who calls, and by another instance name.
    Target anonymous() {
        return new Target(plain, plain, instance);
    }

    /// Returns the same server, called by another instance name.
    Target instance(String other) {
        return new Target(plain, channel, other);
    }

    private Target(Channel plain, Channel channel, String instance) {
        this.plain = plain;
        this.channel = channel;
        this.instance = instance;
    }

    /// Returns the prefix of resource names of the instance.
    String prefix() {
        return instance.isEmpty() ? "" : instance + "/";
    }

    Blobs blobs() {
        return new Blobs(this);
    }

    Jobs jobs() {
        return new Jobs(this);
    }

    CapabilitiesGrpc.CapabilitiesBlockingStub capabilities() {
        return patient(CapabilitiesGrpc.newBlockingStub(channel));
    }

    ContentAddressableStorageGrpc.ContentAddressableStorageBlockingStub cas() {
        return patient(ContentAddressableStorageGrpc.newBlockingStub(channel));
    }

    ActionCacheGrpc.ActionCacheBlockingStub results() {
        return patient(ActionCacheGrpc.newBlockingStub(channel));
    }

    ByteStreamGrpc.ByteStreamBlockingStub bytes() {
        return patient(ByteStreamGrpc.newBlockingStub(channel));
    }

    ByteStreamGrpc.ByteStreamStub streams() {
        return patient(ByteStreamGrpc.newStub(channel));
    }

    ExecutionGrpc.ExecutionStub execution() {
        return patient(ExecutionGrpc.newStub(channel));
    }

    OperationsGrpc.OperationsBlockingStub operations() {
        return patient(OperationsGrpc.newBlockingStub(channel));
    }

    private static <S extends AbstractStub<S>> S patient(S stub) {
        return stub.withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
