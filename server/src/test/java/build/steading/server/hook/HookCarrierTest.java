// SPDX-License-Identifier: Apache-2.0
package build.steading.server.hook;

import static build.steading.notify.Examples.ended;
import static build.steading.notify.Examples.request;
import static build.steading.notify.Examples.task;
import static org.assertj.core.api.Assertions.assertThat;

import build.steading.blob.MemoryBlobStore;
import build.steading.build.BuildState;
import build.steading.build.MemoryBuildRecords;
import build.steading.build.Notice;
import build.steading.build.Notice.Channel;
import build.steading.build.TaskState;
import build.steading.notify.Carrier.Result;
import build.steading.notify.Examples;
import build.steading.notify.Hook;
import build.steading.notify.Links;
import build.steading.notify.MemoryOutbox;
import build.steading.notify.Message;
import build.steading.notify.Reports;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HookCarrierTest {
    private static final String SECRET = "correct horse battery staple";

    /// What a receiver got.
    private record Call(String path, String id, String timestamp, String signature, String body) {}

    @TempDir
    private Path directory;

    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/ok", exchange -> answer(exchange, 204));
        server.createContext("/busy", exchange -> answer(exchange, 503));
        server.createContext("/gone", exchange -> answer(exchange, 410));
        server.createContext("/moved", exchange -> redirect(exchange, "/ok"));
        server.createContext("/circle", exchange -> redirect(exchange, "/circle"));
        server.createContext("/away", exchange -> redirect(exchange, "http://localhost.example.org/ok"));
        server.start();
        Files.writeString(directory.resolve("secret"), SECRET + "\n");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange, int status) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            calls.add(new Call(
                    exchange.getRequestURI().getPath(),
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(status, -1);
        }
    }

    private void redirect(HttpExchange exchange, String target) throws IOException {
        exchange.getResponseHeaders().set("Location", target);
        answer(exchange, 307);
    }

    private HookCarrier carrier(String path) {
        return carrierTo(
                URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), path)));
    }

    private HookCarrier carrierTo(URI url) {
        var hook = new HookConfig(new Hook("chat", Set.of(), Set.of()), url, directory.resolve("secret"));
        return new HookCarrier(
                List.of(hook),
                new Reports(records, new MemoryBlobStore()),
                new Links(Optional.of(URI.create("https://farm.example.org/"))),
                clock);
    }

    private final MemoryBuildRecords records = new MemoryBuildRecords();

    private Message message() {
        var request = records.open(Examples.fresh(), request(0, "ann", "ann@example.org"));
        var notice = new Notice(Channel.WEBHOOK, "chat", Optional.empty());
        var failed = task("compile", TaskState.FAILED, 2, Optional.empty());
        records.save(ended(request.build(), BuildState.FAILED, Examples.NOW, failed), List.of(), List.of(notice));
        return new MemoryOutbox(records).all().getLast();
    }

    private Result carry(HookCarrier carrier, Message message) throws InterruptedException {
        try (carrier) {
            return carrier.carry(message);
        }
    }

    @Test
    void receiverGetsTheBuildSigned() throws Exception {
        var message = message();
        assertThat(carry(carrier("/ok"), message)).isInstanceOf(Result.Delivered.class);

        var call = calls.remove();
        assertThat(call.id()).isEqualTo("msg_" + message.fingerprint());
        assertThat(call.timestamp()).isEqualTo("1700000000");
        assertThat(call.signature())
                .isEqualTo(Signature.of(
                        SECRET, call.id(), clock.instant(), call.body().getBytes(StandardCharsets.UTF_8)));
        var json = new ObjectMapper().readTree(call.body());
        assertThat(json.path("type").asText()).isEqualTo("build.failed");
        assertThat(json.at("/data/project").asText()).isEqualTo("lua");
        assertThat(json.at("/data/subject").asText())
                .isEqualTo(Examples.spec().source().revision().subject());
        assertThat(json.at("/data/tasks/0/exit_code").asInt()).isEqualTo(2);
        assertThat(json.at("/data/url").asText()).isEqualTo("https://farm.example.org/build/1");
        assertThat(json.toString()).contains("\"ann\"").doesNotContain("ann@example.org");
    }

    @Test
    void secondTryHasTheSameId() throws Exception {
        var message = message();
        carry(carrier("/busy"), message);
        carry(carrier("/ok"), message);

        assertThat(calls.remove().id()).isEqualTo(calls.remove().id());
    }

    @Test
    void failureOfTheReceiverIsForLater() throws Exception {
        assertThat(carry(carrier("/busy"), message())).isEqualTo(new Result.NotNow("The webhook answers 503"));
        assertThat(carry(carrier("/unknown"), message())).isEqualTo(new Result.NotNow("The webhook answers 404"));
        assertThat(carry(carrier("/gone"), message())).isInstanceOf(Result.Refused.class);
    }

    @Test
    void redirectWithinTheServerIsFollowedAndNoOther() throws Exception {
        assertThat(carry(carrier("/moved"), message())).isInstanceOf(Result.Delivered.class);
        assertThat(calls).extracting(Call::path).containsExactly("/moved", "/ok");
        assertThat(calls.remove().body()).isEqualTo(calls.remove().body());
        assertThat(carry(carrier("/circle"), message()))
                .isInstanceOfSatisfying(
                        Result.NotNow.class, it -> assertThat(it.why()).contains("circles"));
        assertThat(carry(carrier("/away"), message()))
                .isInstanceOfSatisfying(
                        Result.NotNow.class, it -> assertThat(it.why()).contains("another server"));
    }

    @Test
    void receiverThatDoesNotListenIsForLaterAndItsAddressIsNotShown() throws Exception {
        var url = URI.create(
                "http://127.0.0.1:%d/token".formatted(server.getAddress().getPort()));
        server.stop(0);

        assertThat(carry(carrierTo(url), message()))
                .isInstanceOfSatisfying(
                        Result.NotNow.class,
                        it -> assertThat(it.why())
                                .startsWith("The webhook does not answer")
                                .doesNotContain("token"));
    }

    @Test
    void answerThatNeverEndsHoldsNothingUp() throws Exception {
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            calls.add(new Call("/endless", "", "", "", ""));
            // Left open: the server ends it.
        });

        assertThat(carry(carrier("/endless"), message())).isInstanceOf(Result.Delivered.class);
        assertThat(calls.poll(20, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void missingSecretIsForLater() throws Exception {
        Files.delete(directory.resolve("secret"));

        assertThat(carry(carrier("/ok"), message()))
                .isInstanceOfSatisfying(
                        Result.NotNow.class, it -> assertThat(it.why()).contains("secret file"));
        assertThat(calls).isEmpty();
    }
}
