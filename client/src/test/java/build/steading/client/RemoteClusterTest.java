// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteClusterTest {
    private static final RetryPolicy IMPATIENT =
            new RetryPolicy(2, Duration.ZERO, Duration.ZERO, Duration.ofSeconds(10));

    @ParameterizedTest
    @ValueSource(strings = {"http://host:80", "grpc://host", "host:80", "grpcs:x", "/socket"})
    void malformedAddressIsRefused(String address) {
        assertThatThrownBy(() -> RemoteCluster.connect(URI.create(address), "", IMPATIENT))
                .isInstanceOfSatisfying(
                        SteadingException.class, e -> assertThat(e.failure()).isInstanceOf(Failure.Invalid.class));
    }

    @Test
    void absentServerIsUnavailable(@TempDir Path directory) {
        var address = URI.create("unix:" + directory.resolve("nobody"));
        try (var cluster = RemoteCluster.connect(address, "", IMPATIENT)) {
            assertThatThrownBy(() -> cluster.blobs().findMissing(Set.of(Digest.of(new byte[] {1}))))
                    .isInstanceOfSatisfying(
                            SteadingException.class,
                            e -> assertThat(e.failure()).isInstanceOf(Failure.Unavailable.class));
        }
    }
}
