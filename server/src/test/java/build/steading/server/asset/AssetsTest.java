// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import build.steading.blob.Blobs;
import build.steading.blob.MemoryBlobStore;
import build.steading.digest.Digest;
import build.steading.digest.HashFunction;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.server.asset.AssetRequest.Kind;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssetsTest {
    private static final byte[] CONTENT = "content".getBytes(UTF_8);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

    @TempDir
    private Path spool;

    private final MemoryBlobStore blobs = new MemoryBlobStore();
    private final Map<String, AssetRecords.Asset> records = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpServer origin;
    private Assets assets;

    @BeforeEach
    void start() throws IOException {
        origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        origin.createContext("/file", exchange -> answer(exchange, 200, CONTENT));
        origin.createContext(
                "/status/",
                exchange -> answer(
                        exchange,
                        Integer.parseInt(exchange.getRequestURI().getPath().substring(8)),
                        CONTENT));
        origin.createContext("/away", exchange -> redirect(exchange, "http://elsewhere.test/file"));
        origin.createContext("/here", exchange -> redirect(exchange, "/file"));
        origin.createContext("/loop", exchange -> redirect(exchange, "/loop"));
        origin.createContext(
                "/header",
                exchange -> answer(
                        exchange,
                        "secret".equals(exchange.getRequestHeaders().getFirst("X-Key")) ? 200 : 403,
                        CONTENT));
        origin.createContext("/slow", exchange -> {
            await();
            answer(exchange, 200, CONTENT);
        });
        origin.start();
        assets = assets(Duration.ofSeconds(20));
    }

    private Assets assets(Duration timeout) {
        var config = new AssetConfig(Set.of(), Set.of("localhost"), 10, timeout, false);
        return new Assets(
                config, new Assets.Parts(blobs, new Remembered(), (_, _, _) -> Digest.EMPTY, spool, () -> NOW), _ ->
                        new InetAddress[] {InetAddress.getLoopbackAddress()});
    }

    @AfterEach
    void stop() {
        released.countDown();
        assets.close();
        origin.stop(0);
    }

    @Test
    void fileIsFetchedOnceAndNamedAsAsked() throws Exception {
        for (var function : HashFunction.values()) {
            var request = new AssetRequest(
                    Kind.BLOB, List.of(url("/file")), new Qualifiers(Map.of()), function, Optional.empty());

            assertThat(digest(assets.fetch(request, PATIENCE))).isEqualTo(function.of(CONTENT));
            assertThat(digest(assets.fetch(request, PATIENCE))).isEqualTo(function.of(CONTENT));
            assertThat(Blobs.read(blobs, function.of(CONTENT))).isEqualTo(CONTENT);
        }
        assertThat(asked).hasValue(2);
    }

    @Test
    void theFirstAddressThatGivesItIsEnough() throws Exception {
        var found = assets.fetch(
                request(Map.of(), url("/status/404"), "https://not.allowed/", url("/here"), url("/slow")), PATIENCE);

        assertThat(found.uri()).isEqualTo(url("/here"));
        assertThat(digest(found)).isEqualTo(Digest.of(CONTENT));
    }

    @ParameterizedTest
    @CsvSource({
        "/status/404, NOT_FOUND",
        "/status/410, NOT_FOUND",
        "/status/403, DENIED",
        "/status/500, ABORTED",
        "/away, DENIED",
        "/loop, ABORTED",
        "/header, DENIED"
    })
    void whatTheOriginSaysIsPassedOn(String path, Fetched.Why why) throws Exception {
        assertThat(why(fetch(Map.of(), url(path)))).isEqualTo(why);
    }

    @Test
    void headersAreSentAndDecideWhoGetsTheContent() throws Exception {
        var key = Map.of("http_header:X-Key", "secret");

        assertThat(digest(fetch(key, url("/header")))).isEqualTo(Digest.of(CONTENT));
        assertThat(why(fetch(Map.of(), url("/header")))).isEqualTo(Fetched.Why.DENIED);
    }

    @Test
    void checksumThatDoesNotFitAborts() throws Exception {
        assertThat(digest(fetch(Map.of("checksum.sri", sri("SHA-256", CONTENT)), url("/file"))))
                .isEqualTo(Digest.of(CONTENT));
        assertThat(why(fetch(Map.of("checksum.sri", sri("SHA-512", new byte[1])), url("/file"))))
                .isEqualTo(Fetched.Why.ABORTED);
        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(() -> fetch(Map.of("checksum.sri", "md5-abc"), url("/file")))
                .matches(e -> e.failure() instanceof Failure.Invalid);
    }

    @Test
    void longFileIsNotFetched() throws Exception {
        origin.createContext("/long", exchange -> answer(exchange, 200, new byte[11]));
        origin.createContext("/fits", exchange -> answer(exchange, 200, new byte[10]));

        assertThat(why(fetch(Map.of(), url("/long")))).isEqualTo(Fetched.Why.TOO_LARGE);
        assertThat(digest(fetch(Map.of(), url("/fits")))).isEqualTo(Digest.of(new byte[10]));
        assertThat(spool).isEmptyDirectory();
    }

    @Test
    void fetchGoesOnWhenNobodyWaitsAndIsShared() throws Exception {
        var request = request(Map.of(), url("/slow"));

        assertThat(why(assets.fetch(request, Duration.ZERO))).isEqualTo(Fetched.Why.TIMED_OUT);
        assertThat(why(assets.fetch(request, Duration.ofMillis(50)))).isEqualTo(Fetched.Why.TIMED_OUT);
        released.countDown();

        assertThat(digest(assets.fetch(request, PATIENCE))).isEqualTo(Digest.of(CONTENT));
        assertThat(asked).hasValue(1);
    }

    @Test
    void fetchThatTakesTooLongIsEnded() throws Exception {
        assets.close();
        assets = assets(Duration.ofMillis(200));

        assertThat(why(fetch(Map.of(), url("/slow")))).isEqualTo(Fetched.Why.TIMED_OUT);
    }

    @Test
    void oldContentIsFetchedAgain() throws Exception {
        var uri = url("/file");
        assertThat(digest(fetch(Map.of(), uri))).isEqualTo(Digest.of(CONTENT));
        var newer = new AssetRequest(
                Kind.BLOB, List.of(uri), new Qualifiers(Map.of()), HashFunction.SHA256, Optional.of(NOW.plusNanos(1)));
        var same = new AssetRequest(
                Kind.BLOB, List.of(uri), new Qualifiers(Map.of()), HashFunction.SHA256, Optional.of(NOW));

        assets.fetch(same, PATIENCE);
        assertThat(asked).hasValue(1);
        assets.fetch(newer, PATIENCE);
        assertThat(asked).hasValue(2);
    }

    @Test
    void pushedContentIsFoundUntilItExpires() throws Exception {
        var request = request(Map.of(), "urn:uuid:1");
        var content = Blobs.put(blobs, CONTENT);

        assets.push(request, content, Optional.of(NOW.plusSeconds(1)));
        assertThat(assets.fetch(request, PATIENCE))
                .isEqualTo(new Fetched.Found("urn:uuid:1", content, Optional.of(NOW.plusSeconds(1))));

        assets.push(request, content, Optional.of(NOW));
        assertThat(why(assets.fetch(request, PATIENCE))).isEqualTo(Fetched.Why.DENIED);
    }

    @Test
    void absentContentCannotBePushed() {
        var absent = Digest.of(CONTENT);

        assertThatExceptionOfType(SteadingException.class)
                .isThrownBy(() -> assets.push(request(Map.of(), "urn:a"), absent, Optional.empty()))
                .matches(e -> e.failure().equals(new Failure.MissingBlobs(Set.of(absent))));
    }

    @Test
    void directoriesComeFromGitOrWhoeverPushedThem() throws Exception {
        var git = new Qualifiers(Map.of("resource_type", "application/x-git", "vcs.branch", "main"));
        var uri = List.of(url("/repository"));

        var fetched = new AssetRequest(Kind.DIRECTORY, uri, git, HashFunction.SHA256, Optional.empty());
        assertThat(digest(assets.fetch(fetched, PATIENCE))).isEqualTo(Digest.EMPTY);
        var other =
                new AssetRequest(Kind.DIRECTORY, uri, new Qualifiers(Map.of()), HashFunction.SHA256, Optional.empty());
        assertThat(why(assets.fetch(other, PATIENCE))).isEqualTo(Fetched.Why.NOT_FOUND);
        assertThat(asked).hasValue(0);
    }

    private Fetched fetch(Map<String, String> qualifiers, String uri) throws InterruptedException {
        return assets.fetch(request(qualifiers, uri), PATIENCE);
    }

    private static AssetRequest request(Map<String, String> qualifiers, String... uris) {
        return new AssetRequest(
                Kind.BLOB, List.of(uris), new Qualifiers(qualifiers), HashFunction.SHA256, Optional.empty());
    }

    private String url(String path) {
        return "http://localhost:" + origin.getAddress().getPort() + path;
    }

    private static Digest digest(Fetched fetched) {
        return switch (fetched) {
            case Fetched.Found found -> found.digest();
            case Fetched.Failed failed -> throw new AssertionError(failed);
        };
    }

    private static Fetched.Why why(Fetched fetched) {
        return switch (fetched) {
            case Fetched.Found found -> throw new AssertionError(found);
            case Fetched.Failed failed -> failed.why();
        };
    }

    private static String sri(String algorithm, byte[] content) throws Exception {
        var hash = MessageDigest.getInstance(algorithm).digest(content);
        return algorithm.replace("SHA-", "sha") + "-" + Base64.getEncoder().encodeToString(hash);
    }

    private void await() {
        try {
            released.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange, int status, byte[] content) throws IOException {
        asked.incrementAndGet();
        try (exchange) {
            exchange.sendResponseHeaders(status, content.length);
            exchange.getResponseBody().write(content);
        }
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().add("Location", to);
            exchange.sendResponseHeaders(302, -1);
        }
    }

    private final class Remembered implements AssetRecords {
        @Override
        public Optional<Asset> find(String key) {
            return Optional.ofNullable(records.get(key));
        }

        @Override
        public void save(List<String> keys, Asset asset) {
            keys.forEach(key -> records.put(key, asset));
        }
    }
}
