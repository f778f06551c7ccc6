// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Somebody else's server runs the actions of a user's builds, which stay with the user.
class ForeignClusterIT {
    @Order(1)
    @RegisterExtension
    static final Farm ANN = new Farm();

    private Farm cluster;
    private Repository repository;

    @BeforeEach
    void begin() throws IOException {
        cluster = new Farm(ANN.directory("far"), "cluster", List.of());
        repository = ANN.repository("project");
        repository.write("file", "text").write("steading.yaml", """
            project: far
            tasks:
              make: {run: "mkdir -p build; cat file > build/made; echo $PATH; ls", outputs: [build/made, "*.none"], inputs: [file], allow-missing-outputs: true}
              check: {needs: [make], run: "grep text build/made && exit ${options.code}", inputs: []}
            options: {code: {values: [0, 3]}}
            artifacts: [make]
            """).commit("One");
    }

    @AfterEach
    void end() {
        ANN.run(repository, "executor", "--none");
        cluster.stop();
    }

    private String socket() {
        cluster.run(repository.directory(), "status");
        return "unix:" + cluster.home().resolve("run").resolve("reapi.sock");
    }

    @Test
    void actionsRunThereAndArtifactsComeHere() throws IOException {
        ANN.ok(repository, "executor", socket(), "--instance", "main");
        assertThat(ANN.ok(repository, "executor").out()).contains(socket(), "main");

        var built = ANN.build(repository);

        assertThat(built.get("state").asText()).isEqualTo("succeeded");
        assertThat(repository.path("build/steading/main/build/made")).hasContent("text");
        assertThat(ANN.ok(repository, "log", built.get("build").asText(), "make")
                        .out())
                .contains("/usr/bin", "file");
        assertThat(ANN.json(repository, "builds", "--json")).hasSize(1);
        var again = ANN.build(repository);
        assertThat(again.at("/tasks/0/cached").asBoolean()).as(again.toString()).isTrue();
    }

    @Test
    void failureThereIsAFailureHere() {
        ANN.ok(repository, "executor", socket());

        var failed = ANN.run(repository, "build", "-o", "code=3");

        assertThat(failed.exitCode()).as(failed.all()).isEqualTo(1);
        assertThat(failed.all()).contains("Its command exited with 3");
    }

    @Test
    void serverThatIsNotThereIsSaidAndNothingIsLost() {
        ANN.ok(repository, "executor", "grpc://127.0.0.1:9");

        var tried = ANN.run(repository, "build");

        assertThat(tried.exitCode()).as(tried.all()).isEqualTo(4);
        assertThat(tried.all()).contains("cannot be reached", "127.0.0.1:9");
        ANN.ok(repository, "executor", "--none");
        assertThat(ANN.build(repository).get("state").asText()).isEqualTo("succeeded");
    }

    @Test
    void compilesRunThereAsTheyWouldHere() throws IOException {
        ANN.ok(repository, "executor", socket());

        ForeignCompile.assertSame(ANN);
    }

    @Test
    void addressThatIsNoneIsRefused() {
        var wrong = ANN.run(repository, "executor", "http://x");

        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("`http://x`", "grpcs://HOST:PORT");
    }
}
