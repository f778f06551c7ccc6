// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Justbuild as a client of the farm, and as a server that runs the farm's actions. Skipped where there is no
/// `justbuild`, which Debian has had since version 13.
class JustbuildIT {
    @RegisterExtension
    static final Farm FARM = new Farm();

    private static final String TARGETS = """
        {"made": {"type": "generic", "cmds": ["cat in > out", "echo made >> out"], "outs": ["out"], "deps": ["in"]}}
        """;

    @BeforeAll
    static void require() {
        var there = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "justbuild")));
        assumeTrue(there, "There is no `justbuild` on the PATH");
    }

    @Test
    void buildsOnTheFarmAndFindsTheResultThere() throws IOException {
        var workspace = FARM.directory("workspace");
        Files.writeString(workspace.resolve("ROOT"), "");
        Files.writeString(workspace.resolve("TARGETS"), TARGETS);
        Files.writeString(workspace.resolve("in"), "text\n");
        FARM.run(workspace, "status");
        var socket = FARM.home().resolve("run").resolve("reapi.sock");
        await().atMost(Program.PATIENCE).until(() -> Files.exists(socket));
        try (var relay = new Relay(socket)) {
            var farm = relay.address().substring("grpc://".length());
            for (var hits : List.of("0 cache hits", "1 cache hits")) {
                var out = FARM.directory("out");
                var built = Program.run(
                        workspace,
                        Map.of(),
                        List.of(
                                "justbuild",
                                "install",
                                "--compatible",
                                "-r",
                                farm,
                                "--local-build-root",
                                FARM.directory("root").toString(),
                                "-o",
                                out.toString(),
                                "made"));

                assertThat(built.exitCode()).as(built.all()).isZero();
                assertThat(built.all()).contains(hits);
                assertThat(out.resolve("out")).hasContent("text\nmade\n");
            }
        }
    }

    @Test
    void runsTheActionsOfOurBuildsAndCompiles() throws IOException {
        var repository = FARM.repository("project");
        repository.write("file", "text").write("steading.yaml", """
            project: far
            tasks:
              make: {run: "mkdir -p build; cat file > build/made", outputs: [build/made]}
              check: {needs: [make], run: "cp build/made checked", outputs: [checked]}
            """).commit("One");
        var port = freePort();
        var server = Program.start(
                FARM.directory("server"),
                Map.of(),
                List.of(
                        "justbuild",
                        "execute",
                        "--compatible",
                        "-i",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "--local-build-root",
                        FARM.directory("root").toString()));
        try {
            await().atMost(Program.PATIENCE).until(() -> listens(port));
            FARM.ok(repository, "executor", "grpc://127.0.0.1:" + port, "--instance", "remote-execution");

            var built = FARM.build(repository);

            assertThat(built.get("state").asText()).isEqualTo("succeeded");
            assertThat(repository.path("build/steading/main/checked")).hasContent("text");
            assertThat(FARM.build(repository).at("/tasks/1/cached").asBoolean()).isTrue();
            ForeignCompile.assertSame(FARM);
        } finally {
            FARM.run(repository, "executor", "--none");
            server.signal("TERM");
            server.await();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
