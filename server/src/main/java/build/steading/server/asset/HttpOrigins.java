// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.digest.DigestingInputStream;
import build.steading.digest.HashFunction;
import build.steading.failure.ByteSize;
import build.steading.failure.SteadingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/// Fetches files by HTTP. Each address on the way is for the policy to allow, redirects as well; headers of the
/// request go to no other host than the first. Thread-safe; a fetch ends when its thread is interrupted.
final class HttpOrigins implements AutoCloseable {
    private static final int MAX_REDIRECTS = 5;
    private static final Duration CONNECT = Duration.ofSeconds(20);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<Integer> ABSENT = Set.of(404, 410);
    private static final Set<Integer> REFUSED = Set.of(401, 403, 407);

    private final AssetPolicy policy;
    private final BlobStore blobs;
    private final Path spool;
    private final long maxBytes;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /// @param spool a directory for files that are arriving
    HttpOrigins(AssetPolicy policy, BlobStore blobs, Path spool, long maxBytes) {
        this.policy = policy;
        this.blobs = blobs;
        this.spool = spool;
        this.maxBytes = maxBytes;
    }

    /// Fetches one file into the store.
    ///
    /// @throws SteadingException with `Invalid` if the address or a header is malformed, `Unavailable` if the
    ///     store fails
    Fetched fetch(String uri, Qualifiers qualifiers, HashFunction function) throws InterruptedException {
        var integrity = qualifiers.integrity().map(Integrity::parse);
        var first = parse(uri);
        var next = first;
        try {
            for (var hop = 0; hop <= MAX_REDIRECTS; hop++) {
                var refusal = policy.refusal(next);
                if (refusal.isPresent()) {
                    return new Fetched.Failed(
                            uri, refusal.get().why(), refusal.get().message());
                }
                var response = client.send(request(next, first, qualifiers), BodyHandlers.ofInputStream());
                try (var body = response.body()) {
                    if (!REDIRECTS.contains(response.statusCode())) {
                        return answer(uri, response.statusCode(), body, new Wanted(integrity, function));
                    }
                }
                next = location(response, next);
            }
            return new Fetched.Failed(uri, Fetched.Why.ABORTED, "More than %d redirects".formatted(MAX_REDIRECTS));
        } catch (InterruptedIOException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted(e);
            }
            return new Fetched.Failed(uri, Fetched.Why.ABORTED, "`%s` cannot be read: %s".formatted(uri, e));
        }
    }

    private static InterruptedException interrupted(IOException cause) {
        var interrupted = new InterruptedException("The fetch was ended");
        interrupted.initCause(cause);
        return interrupted;
    }

    static URI parse(String uri) {
        try {
            return new URI(uri);
        } catch (URISyntaxException _) {
            throw SteadingException.invalid("Address `%s` is malformed", uri);
        }
    }

    private static HttpRequest request(URI uri, URI first, Qualifiers qualifiers) {
        try {
            var request = HttpRequest.newBuilder(uri).GET();
            if (String.valueOf(uri.getAuthority()).equalsIgnoreCase(first.getAuthority())
                    && String.valueOf(uri.getScheme()).equalsIgnoreCase(first.getScheme())) {
                qualifiers.headers().forEach(request::header);
            }
            return request.build();
        } catch (IllegalArgumentException _) {
            throw SteadingException.invalid("`%s` cannot be asked for with these headers", uri);
        }
    }

    private static URI location(HttpResponse<?> response, URI from) throws IOException {
        try {
            var location = response.headers()
                    .firstValue("location")
                    .orElseThrow(() -> new IOException("A redirect to nowhere"));
            return from.resolve(new URI(location));
        } catch (URISyntaxException e) {
            throw new IOException("A redirect to a malformed address", e);
        }
    }

    /// @param integrity what the content must hash to; empty if anything will do
    private record Wanted(Optional<Integrity> integrity, HashFunction function) {}

    private Fetched answer(String uri, int status, InputStream body, Wanted wanted) throws IOException {
        if (status == 200) {
            return store(uri, body, wanted);
        }
        var why = ABSENT.contains(status)
                ? Fetched.Why.NOT_FOUND
                : REFUSED.contains(status) ? Fetched.Why.DENIED : Fetched.Why.ABORTED;
        return new Fetched.Failed(uri, why, "`%s` answers with HTTP status %d".formatted(uri, status));
    }

    private Fetched store(String uri, InputStream body, Wanted wanted) throws IOException {
        var file = Files.createTempFile(spool, "asset", null);
        try {
            var checksum = wanted.integrity().map(Integrity::start);
            var checked = checksum.<InputStream>map(running -> new DigestInputStream(body, running))
                    .orElse(body);
            var digesting = new DigestingInputStream(checked, wanted.function());
            if (!copy(digesting, file)) {
                return new Fetched.Failed(
                        uri,
                        Fetched.Why.TOO_LARGE,
                        "`%s` has more than %s, the limit here".formatted(uri, new ByteSize(maxBytes)));
            }
            if (checksum.isPresent()
                    && !wanted.integrity().orElseThrow().fits(checksum.get().digest())) {
                return new Fetched.Failed(
                        uri, Fetched.Why.ABORTED, "`%s` does not have the checksum that was asked for".formatted(uri));
            }
            return new Fetched.Found(uri, put(digesting.digest(), file), Optional.empty());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private boolean copy(InputStream content, Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            var buffer = new byte[64 << 10];
            var left = maxBytes;
            for (var n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                left -= n;
                if (left < 0) {
                    return false;
                }
                out.write(buffer, 0, n);
            }
            return true;
        }
    }

    private Digest put(Digest digest, Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            blobs.put(digest, content);
            return digest;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
