// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import build.steading.conformance.Connection.Address;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/// One user's farm does what clients of the Remote Execution API count on, and `steading conformance` says so.
class ConformanceIT {
    @Order(1)
    @RegisterExtension
    static final Farm FARM = new Farm();

    @Order(2)
    @RegisterExtension
    static final Examined EXAMINED = new Examined();

    @TestFactory
    Stream<DynamicTest> embeddedFarm() throws IOException {
        var repository = FARM.repository("conformance");
        var socket = FARM.json(repository, "status", "--json").get("reapi").asText();
        return EXAMINED.checks(new Address(URI.create(socket), Optional.empty(), Map.of()));
    }

    @Test
    void commandPrintsAScorecard() throws IOException {
        var result = FARM.run(FARM.repository("scorecard"), "conformance", "--only", "C0[1-3]|S0.");

        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out().lines()).hasSize(13);
        assertThat(result.out()).contains("pass  MUST    C01").contains("MUST 9 of 9, SHOULD 3 of 3");
    }

    @Test
    void commandFailsWhereNobodyAnswers() throws IOException {
        var result = FARM.run(FARM.repository("nobody"), "conformance", "--only", "S01", "grpc://127.0.0.1:1");

        assertThat(result.exitCode()).as(result.all()).isEqualTo(1);
        assertThat(result.out()).contains("FAIL  MUST    S01");
    }

    @Test
    void commandRefusesWhatIsNoAddress() throws IOException {
        var result = FARM.run(FARM.repository("address"), "conformance", "ftp://example");

        assertThat(result.exitCode()).as(result.all()).isEqualTo(2);
        assertThat(result.err()).contains("Address `ftp://example` is neither");
    }
}
