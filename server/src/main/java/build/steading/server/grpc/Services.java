// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.action.ActionCache;
import build.steading.blob.BlobStore;
import build.steading.chunk.ChunkedBlobs;
import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptors;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/// All services of a server, ready to be put behind any transport.
final class Services {
    private final GrpcConfig config;
    private final List<BindableService> all;
    private final Silence silence;
    private final OpenCalls calls;
    private final InboundBytes inbound;
    private final OutboundBytes outbound;

    private Services(GrpcConfig config, Silence silence, List<BindableService> all) {
        this.config = config;
        this.silence = silence;
        this.all = List.copyOf(all);
        this.calls = new OpenCalls(config.limits().maxCalls());
        this.inbound = new InboundBytes(config.limits().maxWaitingBytes());
        this.outbound = new OutboundBytes(config.limits().maxWaitingBytes());
    }

    Services(GrpcConfig config, BlobStore blobs, ActionCache results, OperationBook operations, InstantSource clock) {
        var silence = new Silence(config.limits().maxSilence());
        var inlining = new Inlining(blobs, config.limits().maxBatchBytes());
        this(
                config,
                silence,
                List.of(
                        new CapabilitiesService(config),
                        new CasService(blobs, new ChunkedBlobs(blobs, results), config.instances(), config.limits()),
                        new ByteStreamService(
                                blobs,
                                operations,
                                config.instances(),
                                config.limits().maxBlobBytes(),
                                silence),
                        new ActionCacheService(results, inlining, config.instances(), config.resultWriters()),
                        new ExecutionService(operations, inlining, config.instances(), clock),
                        new OperationsService(operations)));
    }

    /// Returns these and more.
    Services and(List<BindableService> more) {
        return new Services(
                config, silence, Stream.concat(all.stream(), more.stream()).toList());
    }

    /// Adds the services and what surrounds each call of them. Servers that get the same share one limit of
    /// calls.
    ///
    /// @param authenticator finds out who calls
    <B extends ServerBuilder<?>> B addTo(B server, Authenticator authenticator) {
        all.forEach(service ->
                server.addService(ServerInterceptors.useMarshalledMessages(service.bindService(), Unparsed.MESSAGES)));
        server.fallbackHandlerRegistry(new NoSuchMethod());
        server.intercept(outbound);
        server.intercept(inbound);
        server.intercept(calls);
        server.intercept(new Caller());
        server.intercept(new AuthInterceptor(authenticator));
        server.intercept(new IdleCalls(silence));
        // The last one added is the outermost: it also sees what the others throw.
        server.intercept(new FailureInterceptor());
        server.maxInboundMessageSize(config.limits().maxMessageBytes());
        return server;
    }
}
