// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.remote.execution.v2.RequestMetadata;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/// What a client says about itself in the optional header `RequestMetadata`: for grouping, never for trust.
final class Caller implements ServerInterceptor {
    static final Metadata.Key<byte[]> HEADER =
            Metadata.Key.of("build.bazel.remote.execution.v2.requestmetadata-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final Context.Key<String> TENANT = Context.keyWithDefault("tenant", "");
    private static final int MAX_TENANT_CHARS = 200;

    /// Returns whom the present call is for: equal for all calls of one invocation of a tool, empty if the client
    /// does not say.
    static String tenant() {
        return TENANT.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var context = Context.current().withValue(TENANT, tenant(headers));
        return Contexts.interceptCall(context, call, headers, next);
    }

    private static String tenant(Metadata headers) {
        var bytes = headers.get(HEADER);
        if (bytes == null) {
            return "";
        }
        try {
            var invocation = RequestMetadata.parseFrom(bytes).getToolInvocationId();
            return invocation.substring(0, Math.min(invocation.length(), MAX_TENANT_CHARS));
        } catch (InvalidProtocolBufferException _) {
            // The header is a courtesy: a call does not fail for want of it.
            return "";
        }
    }
}
