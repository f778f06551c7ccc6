// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import build.steading.action.MemoryActionCache;
import build.steading.auth.Role;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;

/// What tests of services share: a server over memory, and the protocol's way to say things.
abstract class GrpcTest {
    static final GrpcLimits LIMITS = GrpcLimits.STANDARD;

    final MemoryBlobStore blobs = new MemoryBlobStore();
    final MemoryActionCache results = new MemoryActionCache(1_000);
    final FakeExecutor executor = new FakeExecutor();
    final InProcessServer server = new InProcessServer(config(), blobs, results, executor);
    final Channel channel = server.channel();

    @AfterEach
    void stop() {
        server.close();
    }

    GrpcConfig config() {
        return config(InstanceNames.ANY, true);
    }

    static GrpcConfig config(InstanceNames instances, boolean clientsUpdateResults) {
        return new GrpcConfig(
                Optional.of(Path.of("unused")),
                OptionalInt.empty(),
                Optional.empty(),
                instances,
                clientsUpdateResults ? Role.ADMIN : Role.WORKER,
                LIMITS);
    }

    static InstanceNames only(String... names) {
        return new InstanceNames(Set.of(names));
    }

    static byte[] bytes(int size, long seed) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static ByteString data(byte[] bytes) {
        return ByteString.copyFrom(bytes);
    }

    static build.bazel.remote.execution.v2.Digest proto(Digest digest) {
        return proto(digest.hash(), digest.sizeBytes());
    }

    static build.bazel.remote.execution.v2.Digest proto(String hash, long size) {
        return build.bazel.remote.execution.v2.Digest.newBuilder()
                .setHash(hash)
                .setSizeBytes(size)
                .build();
    }

    static void assertFails(Status.Code code, ThrowingCallable call) {
        assertThat(status(call).getCode()).isEqualTo(code);
    }

    /// Returns the status with which a call fails.
    static Status status(ThrowingCallable call) {
        return switch (catchThrowable(call)) {
            case StatusException e -> e.getStatus();
            case StatusRuntimeException e -> e.getStatus();
            case null -> Status.OK;
            case Throwable other -> throw new AssertionError(other);
        };
    }
}
