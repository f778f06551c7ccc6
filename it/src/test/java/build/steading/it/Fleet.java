// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A farm of several processes for one test class: a server, workers, and users with homes of their own.
///
/// The server is there from the beginning, and keeps its port when it is started again. When the class is done,
/// every process is ended, nothing of them may be left, and all files are removed.
final class Fleet implements BeforeAllCallback, AfterAllCallback {
    private static final String SERVES =
            "Steading serves `grpcs://[^:]+:(\\d+)`, status at `https://[^:]+:(\\d+)/status`";

    private final List<Lent> workers = new ArrayList<>();
    private final List<Farm> users = new ArrayList<>();
    private final String host;
    private final List<String> prefix;
    private final String configuration;
    private Path top = Distribution.TOP;
    private Daemon server = new Daemon(top, Map.of());
    private int port;
    private int statusPort;

    Fleet() {
        this("");
    }

    /// @param configuration what its `server.yaml` says; empty for none
    Fleet(String configuration) {
        this("127.0.0.1", List.of(), configuration);
    }

    /// @param host address of the server
    /// @param prefix what the server's and users' commands begin with
    Fleet(String host, List<String> prefix) {
        this(host, prefix, "");
    }

    private Fleet(String host, List<String> prefix, String configuration) {
        this.host = host;
        this.prefix = List.copyOf(prefix);
        this.configuration = configuration;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        begin(context.getRequiredTestClass().getSimpleName());
    }

    void begin(String name) throws IOException {
        begin(name, Distribution.TOP.resolve(name).resolve("server"));
    }

    /// @param home of the server
    void begin(String name, Path home) throws IOException {
        Distribution.launcher();
        top = Distribution.TOP.resolve(name);
        Farm.remove(top);
        Files.createDirectories(top);
        if (!home.startsWith(top)) {
            Files.createSymbolicLink(top.resolve("server"), home);
        }
        server = new Daemon(top.resolve("server.printed"), Map.of("STEADING_HOME", home.toString()));
        if (!configuration.isEmpty()) {
            Files.writeString(Files.createDirectories(top.resolve("server")).resolve("server.yaml"), configuration);
        }
        startServer();
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        end();
    }

    void end() throws IOException {
        users.forEach(Farm::stop);
        var orderly = workers.stream().filter(worker -> worker.daemon().stop()).toList();
        var served = server.stop();
        await("end of all processes")
                .atMost(Program.PATIENCE)
                .until(() -> Farm.processes(top + "/").isEmpty());
        Farm.remove(top);
        assertThat(orderly).isEqualTo(workers);
        assertThat(served).isTrue();
    }

    /// Starts the server and waits until it serves.
    void startServer() {
        var before = server.printedTimes(SERVES);
        server.start(
                prefix,
                List.of("server", "--listen", host + ":" + port, "--status", host + ":" + statusPort, "--host", host));
        var served = server.awaitPrinted(SERVES, before + 1);
        port = Integer.parseInt(served.group(1));
        statusPort = Integer.parseInt(served.group(2));
    }

    Path top() {
        return top;
    }

    Daemon server() {
        return server;
    }

    String address() {
        return host + ":" + port;
    }

    String statusUrl() {
        return "https://%s:%d/status".formatted(host, statusPort);
    }

    /// Returns commands on the server itself, where one is an admin.
    Farm admin() {
        return new Farm(top, "server", prefix);
    }

    /// Returns a token by which one member may join.
    String token(String role) {
        return command(admin(), "token", "create", role);
    }

    /// Runs a command that must succeed, and returns what it printed.
    String command(Farm user, String... arguments) {
        var result = user.run(top, arguments);
        assertThat(result.exitCode()).as(result.all()).isZero();
        return result.out().strip();
    }

    /// Runs any program, which must succeed.
    void program(String... command) {
        var result = Program.run(top, Map.of(), List.of(command));
        assertThat(result.exitCode()).as(result.all()).isZero();
    }

    /// Returns a user who has joined.
    Farm user(String name) {
        return user(name, address());
    }

    /// @param way where the user reaches the server
    Farm user(String name, String way) {
        var user = new Farm(top, name, prefix);
        users.add(user);
        command(user, "join", way, "--token", token("builder"), "--name", name);
        return user;
    }

    /// Starts a worker without a sandbox, with two slots unless the options say otherwise.
    Lent worker(String name, String... options) {
        return worker(name, List.of(), Map.of("STEADING_SANDBOX", "plain"), options);
    }

    /// @param in what its command begins with
    Lent worker(String name, List<String> in, Map<String, String> environment, String... options) {
        var directory = top.resolve("worker-" + name);
        var arguments = new ArrayList<>(List.of("worker", "--join", address(), "--token", token("worker")));
        arguments.addAll(List.of("--name", name, "--directory", directory.toString(), "--disk-floor", "0"));
        if (!List.of(options).contains("--slots")) {
            arguments.addAll(List.of("--slots", "2"));
        }
        arguments.addAll(List.of(options));
        var worker = new Lent(name, directory, in, arguments, environment);
        workers.add(worker);
        worker.start();
        return worker;
    }

    /// Returns what the server says of its workers.
    JsonNode workers() {
        return admin().json(new Repository(top), "workers", "--json");
    }

    /// Waits until the server hears these workers.
    void awaitUp(Lent... wanted) {
        var names = Stream.of(wanted).map(Lent::name).toList();
        await("workers %s".formatted(names)).atMost(Program.PATIENCE).until(() -> isUp(workers(), names));
    }

    private static boolean isUp(JsonNode all, List<String> names) {
        return names.stream()
                .map(name -> all.path(name))
                .allMatch(worker -> worker.path("connected").asBoolean()
                        && !worker.path("silent").asBoolean());
    }
}
