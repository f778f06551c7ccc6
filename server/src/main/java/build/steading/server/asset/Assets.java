// SPDX-License-Identifier: Apache-2.0
package build.steading.server.asset;

import build.steading.action.ReachableBlobs;
import build.steading.blob.BlobStore;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.server.asset.AssetRecords.Asset;
import build.steading.server.asset.AssetRequest.Kind;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Content by where it comes from. Whoever asks waits for as long as he likes; the fetch goes on without him, for
/// as long as the configuration says, and equal wishes share it.
///
/// Thread-safe: one lock guards which fetches are under way. Each has two virtual threads: one fetches, the other
/// one ends it when its time is up.
public final class Assets implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Assets.class.getName());
    private static final int MAX_FETCHES = 64;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /// About 3 MB.
    private static final int REMEMBERED_DIGESTS = 20_000;

    /// What assets rest on.
    ///
    /// @param spool a directory of its own, for files that are arriving
    public record Parts(BlobStore blobs, AssetRecords records, GitOrigins git, Path spool, InstantSource clock) {}

    private final AssetConfig config;
    private final Parts parts;
    private final AssetPolicy policy;
    private final HttpOrigins http;
    private final ReachableBlobs reachable;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("asset-", 0).factory());

    @GuardedBy("this")
    private final Map<String, CompletableFuture<Fetched>> underWay = new HashMap<>();

    /// @throws SteadingException with `Unavailable` if the spool cannot be used
    public Assets(AssetConfig config, Parts parts) {
        this(config, parts, InetAddress::getAllByName);
    }

    Assets(AssetConfig config, Parts parts, AssetPolicy.Resolver resolver) {
        this.config = config;
        this.parts = parts;
        this.policy = new AssetPolicy(config, resolver);
        try {
            Files.createDirectories(parts.spool());
        } catch (IOException e) {
            throw SteadingException.unavailable("Directory `%s` cannot be made".formatted(parts.spool()), e);
        }
        this.http = new HttpOrigins(policy, parts.blobs(), parts.spool(), config.maxBytes());
        this.reachable = new ReachableBlobs(parts.blobs(), REMEMBERED_DIGESTS);
    }

    /// Returns whether whoever may build may [#push].
    public boolean pushByBuilders() {
        return config.pushByBuilders();
    }

    /// Finds an asset, or fetches it.
    ///
    /// @param patience how long to wait
    /// @throws SteadingException with `Invalid` if the wish makes no sense, `Overloaded` if too much is being
    ///     fetched, `Unavailable` if the store fails
    public Fetched fetch(AssetRequest request, Duration patience) throws InterruptedException {
        check(request);
        var known = find(request);
        if (known.isPresent()) {
            return known.get();
        }
        try {
            return join(request).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return timedOut(request.uris().getLast(), patience);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SteadingException failed
                    ? new SteadingException(failed.failure(), failed)
                    : new IllegalStateException(e.getCause());
        }
    }

    private static void check(AssetRequest request) {
        if (request.uris().isEmpty()) {
            throw SteadingException.invalid("No address is named");
        }
        request.uris().forEach(HttpOrigins::parse);
        var _ = request.qualifiers().integrity().map(Integrity::parse);
    }

    private static Fetched timedOut(String uri, Duration after) {
        return new Fetched.Failed(
                uri, Fetched.Why.TIMED_OUT, "`%s` was not there after %d s".formatted(uri, after.toSeconds()));
    }

    private Optional<Fetched> find(AssetRequest request) {
        for (var uri : request.uris()) {
            var asset = parts.records()
                    .find(request.key(uri))
                    .filter(each -> isGood(each, request))
                    .map(each -> (Fetched) new Fetched.Found(uri, each.digest(), each.expires()));
            if (asset.isPresent()) {
                return asset;
            }
        }
        return Optional.empty();
    }

    private boolean isGood(Asset asset, AssetRequest request) {
        var now = parts.clock().instant();
        return asset.expires().filter(end -> !now.isBefore(end)).isEmpty()
                && request.oldest()
                        .filter(oldest -> asset.since().isBefore(oldest))
                        .isEmpty()
                && isThere(request.kind(), asset.digest());
    }

    /// Looking extends the life of what is there.
    private boolean isThere(Kind kind, Digest digest) {
        return switch (kind) {
            case BLOB -> parts.blobs().findMissing(Set.of(digest)).isEmpty();
            case DIRECTORY -> reachable.walk().missing(digest).isEmpty();
        };
    }

    private synchronized CompletableFuture<Fetched> join(AssetRequest request) {
        var key = request.key();
        var same = underWay.get(key);
        // One that has ended may be too old, and is about to be forgotten.
        if (same != null && !same.isDone()) {
            return same;
        }
        if (underWay.size() >= MAX_FETCHES) {
            throw new SteadingException(
                    new Failure.Overloaded("%d assets are being fetched already".formatted(MAX_FETCHES), RETRY_AFTER));
        }
        var result = new CompletableFuture<Fetched>();
        underWay.put(key, result);
        threads.execute(() -> run(key, request, result));
        return result;
    }

    private void run(String key, AssetRequest request, CompletableFuture<Fetched> result) {
        var fetch = threads.submit(() -> fetchAny(request));
        try {
            result.complete(fetch.get(config.timeout().toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException _) {
            result.complete(timedOut(request.uris().getLast(), config.timeout()));
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof SteadingException)) {
                LOG.log(Level.ERROR, "An asset could not be fetched for a reason that nobody foresaw", e);
            }
            result.completeExceptionally(e.getCause());
        } catch (InterruptedException e) {
            result.completeExceptionally(SteadingException.unavailable("The server is stopping", e));
        } finally {
            fetch.cancel(true);
            synchronized (this) {
                underWay.remove(key, result);
            }
        }
    }

    private Fetched fetchAny(AssetRequest request) throws InterruptedException {
        Fetched last = new Fetched.Failed("", Fetched.Why.NOT_FOUND, "No address is named");
        for (var uri : request.uris()) {
            var since = parts.clock().instant();
            last = fetchOne(uri, request);
            if (last instanceof Fetched.Found(var _, var digest, var expires)) {
                parts.records().save(List.of(request.key(uri)), new Asset(digest, since, expires));
                return last;
            }
        }
        return last;
    }

    private Fetched fetchOne(String uri, AssetRequest request) throws InterruptedException {
        if (request.kind() == Kind.BLOB) {
            return http.fetch(uri, request.qualifiers(), request.function());
        }
        if (!request.qualifiers().isGit()) {
            return new Fetched.Failed(
                    uri,
                    Fetched.Why.NOT_FOUND,
                    "Nobody pushed `%s`, and only directories of type `%s` are fetched".formatted(uri, Qualifiers.GIT));
        }
        var repository = HttpOrigins.parse(uri);
        var refusal = policy.refusal(repository);
        if (refusal.isPresent()) {
            return new Fetched.Failed(uri, refusal.get().why(), refusal.get().message());
        }
        try {
            var tree = parts.git()
                    .tree(
                            repository,
                            request.qualifiers().commit(),
                            request.qualifiers().branch());
            return new Fetched.Found(uri, tree, Optional.empty());
        } catch (SteadingException e) {
            return switch (e.failure()) {
                case Failure.NotFound(var message) -> new Fetched.Failed(uri, Fetched.Why.NOT_FOUND, message);
                case Failure.Denied(var message) -> new Fetched.Failed(uri, Fetched.Why.DENIED, message);
                case Failure.Unavailable(var message, var _) -> new Fetched.Failed(uri, Fetched.Why.ABORTED, message);
                case Failure.Invalid _, Failure.MissingBlobs _, Failure.Overloaded _, Failure.Unsupported _ -> throw e;
            };
        }
    }

    /// Says what addresses stand for.
    ///
    /// @param request its addresses, and what else decides what they stand for
    /// @param expires until when; empty for as long as the store has it
    /// @throws SteadingException with `MissingBlobs` if the content is not in the store
    public void push(AssetRequest request, Digest content, Optional<Instant> expires) {
        check(request);
        if (!isThere(request.kind(), content)) {
            throw new SteadingException(new Failure.MissingBlobs(Set.of(content)));
        }
        var keys = request.uris().stream().map(request::key).toList();
        parts.records().save(keys, new Asset(content, parts.clock().instant(), expires));
    }

    /// Ends all fetches.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
        http.close();
    }
}
