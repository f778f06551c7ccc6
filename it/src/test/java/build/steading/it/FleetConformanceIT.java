// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import build.steading.conformance.Connection.Address;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A farm of several machines does what clients of the Remote Execution API count on, over TLS.
class FleetConformanceIT {
    @Order(1)
    @RegisterExtension
    static final Fleet FLEET = new Fleet();

    @Order(2)
    @RegisterExtension
    static final Examined EXAMINED = new Examined();

    @BeforeAll
    static void start() {
        var worker = FLEET.worker("one", List.of(), Map.of(), "--slots", "4");
        worker.awaitReady();
        FLEET.awaitUp(worker);
    }

    /// By an access token, as Bazel would.
    @TestFactory
    Stream<DynamicTest> checks() throws IOException {
        var token = FLEET.command(FLEET.admin(), "token", "create", "builder", "--name", "ci", "--access")
                .lines()
                .filter(line -> line.startsWith("sa1-"))
                .findFirst()
                .orElseThrow();
        var authority = FLEET.admin().home().resolve("authority").resolve("authority.pem");
        return EXAMINED.checks(new Address(
                URI.create("grpcs://" + FLEET.address()),
                Optional.of(authority),
                Map.of("authorization", "Bearer " + token)));
    }
}
