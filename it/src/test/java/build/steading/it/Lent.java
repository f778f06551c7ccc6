// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A worker of a [Fleet].
///
/// @param directory its state
/// @param prefix what its command begins with
/// @param first how it is started the first time
record Lent(String name, Path directory, Daemon daemon, List<String> prefix, List<String> first) {
    private static final String WORKS = "works for";

    Lent(String name, Path directory, List<String> prefix, List<String> first, Map<String, String> environment) {
        this(
                name,
                directory,
                new Daemon(directory.resolveSibling(name + ".printed"), environment),
                List.copyOf(prefix),
                List.copyOf(first));
    }

    /// Returns the same worker, which will be started with another value of an option.
    Lent with(String option, String value) {
        var arguments = new ArrayList<>(first);
        arguments.set(arguments.indexOf(option) + 1, value);
        return new Lent(name, directory, daemon, prefix, List.copyOf(arguments));
    }

    void start() {
        daemon.start(prefix, first);
    }

    /// Starts it and waits until it is ready to work.
    void startAgain() {
        var before = daemon.printedTimes(WORKS);
        start();
        daemon.awaitPrinted(WORKS, before + 1);
    }

    void awaitReady() {
        daemon.awaitPrinted(WORKS, 1);
    }

    /// Kills it as a lack of power would, apart from what it started.
    void kill() {
        daemon.kill();
    }

    void freeze() {
        daemon.signal("STOP");
    }

    void thaw() {
        daemon.signal("CONT");
    }

    /// Asks it what it does.
    ///
    /// @param authorization the header; empty for none
    HttpResponse<String> ask(String authorization) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(place().get("url").asText()));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    /// Returns what it does.
    JsonNode status() throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(ask("Bearer " + place().get("token").asText()).body());
    }

    private JsonNode place() throws IOException {
        return new ObjectMapper().readTree(directory.resolve("status.json").toFile());
    }
}
