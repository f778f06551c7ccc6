// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static org.assertj.core.api.Assertions.assertThat;

import build.bazel.remote.execution.v2.CapabilitiesGrpc;
import build.bazel.remote.execution.v2.GetCapabilitiesRequest;
import build.steading.auth.Role;
import build.steading.lifecycle.Resources;
import build.steading.server.grpc.GuardedServer;
import io.grpc.Channel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewedConnectionTest {
    @TempDir
    private Path directory;

    private final Resources resources = new Resources();

    @AfterEach
    void close() {
        resources.close();
    }

    /// Had it gone on with the TLS session of the first, it would be known by the certificate that has ended.
    @Test
    void nextConnectionOfAChannelShowsTheNewCertificate() throws Exception {
        var server = resources.add(new GuardedServer(directory, "127.0.0.1"));
        var credentials = server.member(Role.BUILDER, "ann");
        var eventLoop = Channels.newEventLoop();
        resources.add(() -> Channels.end(eventLoop));
        var channel = Channels.open(server.address(), new Access.Member(credentials), eventLoop);
        resources.add(() -> Channels.stop(channel));
        assertThat(asks(channel)).isTrue();
        server.clock().advance(Duration.ofDays(5));
        new Enrolment(GuardedServer.ONCE).renew(credentials);
        server.clock().advance(Duration.ofDays(3));

        channel.enterIdle();

        assertThat(asks(channel)).isTrue();
    }

    private static boolean asks(Channel channel) throws Exception {
        return CapabilitiesGrpc.newBlockingV2Stub(channel)
                .getCapabilities(GetCapabilitiesRequest.getDefaultInstance())
                .hasCacheCapabilities();
    }
}
