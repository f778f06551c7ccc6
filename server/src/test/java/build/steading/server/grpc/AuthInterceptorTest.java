// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.steading.auth.Identity;
import build.steading.auth.Recognition;
import build.steading.auth.Role;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import com.google.bytestream.ByteStreamGrpc;
import com.google.bytestream.WriteRequest;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthInterceptorTest {
    private static final Recognition ANN = new Recognition.Known(new Identity("ann", Role.BUILDER));
    private static final Recognition VIC = new Recognition.Known(new Identity("vic", Role.VIEWER));
    private static final Recognition NOBODY = new Recognition.Unknown("Builder `ann` was revoked");

    private final Resources resources = new Resources();
    private final AtomicReference<Recognition> recognised = new AtomicReference<>(ANN);
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE);

    @AfterEach
    void close() {
        resources.close();
    }

    private ManagedChannel channel(Authenticator authenticator) throws Exception {
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        resources.add(threads::shutdownNow);
        var book =
                resources.add(new OperationBook(new FakeExecutor(), OperationLimits.STANDARD, InstantSource.system()));
        var name = InProcessServerBuilder.generateName();
        var server = InProcessServerBuilder.forName(name)
                .addService(new ByteStreamService(
                        new MemoryBlobStore(), book, InstanceNames.ANY, 1 << 20, new Silence(Duration.ofMinutes(1))))
                .addService(new CapabilitiesService(GrpcTest.config(InstanceNames.ANY, false)))
                .intercept(new AuthInterceptor(authenticator, nanos::get))
                .intercept(new FailureInterceptor())
                .executor(threads)
                .build()
                .start();
        resources.add(server::shutdownNow);
        var channel = InProcessChannelBuilder.forName(name).executor(threads).build();
        resources.add(channel::shutdownNow);
        return channel;
    }

    private Status upload(Duration between) throws Exception {
        var call = ByteStreamGrpc.newBlockingV2Stub(channel((_, _) -> recognised.get()))
                .write();
        var first = WriteRequest.newBuilder()
                .setResourceName("uploads/u/blobs/" + Digest.of(new byte[] {1, 2}))
                .setData(ByteString.copyFrom(new byte[] {1}));
        call.write(first.build());
        recognised.set(NOBODY);
        nanos.addAndGet(between.toNanos());
        return GrpcTest.status(() -> {
            call.write(WriteRequest.newBuilder()
                    .setWriteOffset(1)
                    .setFinishWrite(true)
                    .setData(ByteString.copyFrom(new byte[] {2}))
                    .build());
            assertThat(call.read().getCommittedSize()).isEqualTo(2);
        });
    }

    @Test
    void callThatGoesOnEndsWhenItsCallerIsRevoked() throws Exception {
        var status = upload(Duration.ofSeconds(1));

        assertThat(status.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(status.getDescription()).contains("revoked");
    }

    @Test
    void callerIsNotLookedAtForEveryMessage() throws Exception {
        assertThat(upload(Duration.ofNanos(999_999_999)).getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void roleThatDoesNotIncludeTheMethodIsToldWhichDoes() throws Exception {
        recognised.set(VIC);
        var stub = ByteStreamGrpc.newBlockingV2Stub(channel((_, _) -> recognised.get()));
        var status = GrpcTest.status(() -> {
            var call = stub.write();
            call.write(WriteRequest.getDefaultInstance());
            call.read();
        });

        assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(status.getDescription()).contains("Viewer `vic`", "has to be builder", "token create builder");
    }

    @Test
    void failureToRecogniseAnybodyIsAFailureOfTheFarm() throws Exception {
        var channel = channel((_, _) -> {
            throw new SteadingException(new Failure.Unavailable("Disk full"));
        });

        GrpcTest.assertFails(
                Status.Code.UNAVAILABLE,
                () -> CapabilitiesGrpc.newBlockingV2Stub(channel)
                        .getCapabilities(GetCapabilitiesRequest.getDefaultInstance()));
    }
}
