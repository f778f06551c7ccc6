// SPDX-License-Identifier: Apache-2.0
package build.steading.server.hook;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.notify.Carrier;
import build.steading.notify.Links;
import build.steading.notify.Message;
import build.steading.notify.Reports;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Calls webhooks, at one host one at a time. Thread-safe.
public final class HookCarrier implements Carrier, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_REDIRECTS = 3;
    private static final int GONE = 410;

    private final Map<String, HookConfig> hooks;
    private final Map<String, ReentrantLock> hosts = new ConcurrentHashMap<>();
    private final Reports reports;
    private final Links links;
    private final InstantSource clock;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    public HookCarrier(List<HookConfig> hooks, Reports reports, Links links, InstantSource clock) {
        this.hooks = hooks.stream().collect(Collectors.toMap(it -> it.hook().name(), Function.identity()));
        this.reports = reports;
        this.links = links;
        this.clock = clock;
    }

    @Override
    public Result carry(Message message) throws InterruptedException {
        var hook = hooks.get(message.notice().recipient());
        if (hook == null) {
            return new Result.NotNow("The server's configuration has no such webhook");
        }
        var host = hosts.computeIfAbsent(host(hook.url()), _ -> new ReentrantLock());
        host.lockInterruptibly();
        try {
            return call(hook, message);
        } catch (SteadingException e) {
            return e.failure() instanceof Failure.NotFound(var why)
                    ? new Result.Refused(why)
                    : new Result.NotNow(e.failure().message());
        } finally {
            host.unlock();
        }
    }

    private Result call(HookConfig hook, Message message) throws InterruptedException {
        var body = Payload.of(reports.on(message), links);
        var secret = secret(hook.secretFile());
        var url = hook.url();
        for (var redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpResponse<InputStream> response;
            try {
                response = post(url, secret, "msg_" + message.fingerprint(), body);
            } catch (IOException e) {
                return new Result.NotNow("The webhook does not answer: " + reason(e));
            }
            var next = redirect(response);
            if (next.isEmpty()) {
                return result(response.statusCode());
            }
            if (!sameServer(hook.url(), next.get())) {
                return new Result.NotNow("The webhook redirects to another server, which is not followed");
            }
            url = next.get();
        }
        return new Result.NotNow("The webhook redirects in circles");
    }

    private HttpResponse<InputStream> post(URI url, String secret, String id, byte[] body)
            throws IOException, InterruptedException {
        var now = clock.instant();
        var request = HttpRequest.newBuilder(url)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("User-Agent", "Steading")
                .header("webhook-id", id)
                .header("webhook-timestamp", Long.toString(now.getEpochSecond()))
                .header("webhook-signature", Signature.of(secret, id, now, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        // The answer's status is all that counts: a body that never ends must not hold anything up.
        var response = client.send(request, BodyHandlers.ofInputStream());
        response.body().close();
        return response;
    }

    /// Only the two that keep the method and the body.
    private static Optional<URI> redirect(HttpResponse<InputStream> response) {
        if (response.statusCode() != 307 && response.statusCode() != 308) {
            return Optional.empty();
        }
        try {
            return response.headers().firstValue("location").map(response.uri()::resolve);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static boolean sameServer(URI one, URI other) {
        return host(one).equals(host(other)) && Objects.equals(one.getScheme(), other.getScheme());
    }

    private static String host(URI url) {
        return (url.getHost() + ":" + url.getPort()).toLowerCase(Locale.ROOT);
    }

    private static Result result(int status) {
        if (status >= 200 && status < 300) {
            return new Result.Delivered();
        }
        return status == GONE
                ? new Result.Refused("The webhook is gone for good (410)")
                : new Result.NotNow("The webhook answers %d".formatted(status));
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static String secret(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw SteadingException.unavailable(
                    "The secret file `%s` of the webhook cannot be read".formatted(file), e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
