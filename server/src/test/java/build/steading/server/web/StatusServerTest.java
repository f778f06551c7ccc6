// SPDX-License-Identifier: Apache-2.0
package build.steading.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.steading.failure.SteadingException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusServerTest {
    private final StatusServer server = StatusServer.startLocal(0, "secret", () -> "{\"slots\": 2}");
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private HttpResponse<String> ask(String method, String path, String... headers)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)))
                .method(method, BodyPublishers.noBody());
        return client.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    @Test
    void factsAreForWhoeverHasTheToken() throws Exception {
        var answer = ask("GET", "/status", "Authorization", "Bearer secret");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json; charset=utf-8");
        assertThat(answer.body()).isEqualTo("{\"slots\": 2}\n");
    }

    @Test
    void nothingIsForWhoeverHasNot() throws Exception {
        for (var headers : new String[][] {{}, {"Authorization", "Bearer guess"}, {"Authorization", "Basic secret"}}) {
            var answer = ask("GET", "/status", headers);
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).doesNotContain("slots");
        }
    }

    @Test
    void nothingElseIsThereAndNothingCanBeChanged() throws Exception {
        assertThat(ask("GET", "/other", "Authorization", "Bearer secret").statusCode())
                .isEqualTo(404);
        assertThat(ask("POST", "/status", "Authorization", "Bearer secret").statusCode())
                .isEqualTo(405);
        assertThat(ask("HEAD", "/status", "Authorization", "Bearer secret").body())
                .isEmpty();
    }

    @Test
    void takenPortIsSaid() {
        assertThatThrownBy(() -> StatusServer.startLocal(server.port(), "secret", () -> ""))
                .isInstanceOf(SteadingException.class)
                .hasMessageContaining(":%d`".formatted(server.port()));
    }
}
