// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.BuildNews;
import build.steading.api.v1.BuildsGrpc;
import build.steading.api.v1.BuildsGrpc.BuildsBlockingV2Stub;
import build.steading.api.v1.ListBuildsRequest;
import build.steading.api.v1.ListRequestsRequest;
import build.steading.api.v1.RecentBuilds;
import build.steading.api.v1.StatusRequest;
import build.steading.api.v1.SubmitRequest;
import build.steading.api.v1.WhyRequest;
import build.steading.api.v1.WithdrawRequest;
import build.steading.blob.BlobStore;
import build.steading.build.Accepted;
import build.steading.build.BuildBook;
import build.steading.build.BuildDesk;
import build.steading.build.BuildId;
import build.steading.build.BuildMessages;
import build.steading.build.BuildObserver;
import build.steading.build.BuildRecord;
import build.steading.build.BuildSpec;
import build.steading.build.BuildSpec.SourceRef;
import build.steading.build.BuildState;
import build.steading.build.Builds.Order;
import build.steading.build.Causes;
import build.steading.build.Delivery;
import build.steading.build.Following;
import build.steading.build.RequestRecord;
import build.steading.build.Sources;
import build.steading.build.SpecMessages;
import build.steading.build.Subscription;
import build.steading.execute.ExecutionObserver;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Trees;
import com.google.rpc.Code;
import com.google.rpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.BlockingClientCall;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/// Builds on a distant server, asked for and looked at from here. Inputs are uploaded before a request is sent,
/// and artifacts delivered on this machine before it counts as answered. Thread-safe.
public final class RemoteBuilds implements BuildDesk, BuildBook, AutoCloseable {
    private static final int MAX_ANCESTRY = 200;

    private static final Status CUT = Status.newBuilder()
            .setCode(Code.UNAVAILABLE_VALUE)
            .setMessage("The server ended its answer before the request was stored")
            .build();

    private final Connection connection;
    private final Site site;
    private final Outbox outbox;
    private final TreeUpload upload;
    private final Deliveries deliveries;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("remote-build-", 0).factory());

    /// What is on this machine.
    ///
    /// @param blobs what is here, and through it what the server has
    /// @param trees those of `blobs`
    /// @param sources finds sources again by their places on this machine
    /// @param delivery puts artifacts of `blobs` where they are wanted
    /// @param outbox a directory that remembers what is to be delivered
    /// @param repositoryName turns the place of a repository on this machine into a name that means the same
    ///     everywhere; a name stays as it is
    public record Site(
            BlobStore blobs,
            Trees trees,
            Sources sources,
            Delivery delivery,
            Path outbox,
            UnaryOperator<String> repositoryName,
            InstantSource clock) {}

    RemoteBuilds(Connection connection, RemoteBlobStore remote, Site site) {
        this.connection = connection;
        this.site = site;
        this.outbox = new Outbox(site.outbox());
        this.upload = new TreeUpload(site.blobs(), site.trees(), remote, threads, site.clock());
        this.deliveries = new Deliveries(outbox, site, threads);
    }

    /// Goes on with deliveries that an earlier process did not finish.
    public void resume() {
        outbox.open().stream().map(Outbox.Parcel::build).distinct().forEach(build -> {
            var watch = watch(new Watch.Target(build, "", true), BuildObserver.NONE);
            threads.execute(watch::run);
        });
    }

    /// Returns what there is to know of the farm as a whole, as JSON.
    public String status() {
        return connection.retrying(() -> connection
                .withDeadline(connection.prepare(stub()), 0)
                .status(StatusRequest.getDefaultInstance())
                .getJson());
    }

    /// Returns whether something is to be delivered to this machine that has not been so far.
    public boolean owesDeliveries() {
        return !outbox.open().isEmpty();
    }

    @Override
    public Accepted submit(BuildSpec spec, Order order, BuildObserver observer) {
        var message = SubmitRequest.newBuilder()
                .setSpec(SpecMessages.toProto(named(spec)))
                .setKey(order.key().isEmpty() ? UUID.randomUUID().toString() : order.key())
                .setRequester(order.requester())
                .setEmail(order.email().orElse(""))
                .setPriority(order.priority().name())
                .addAllRange(order.range())
                .addAllAncestry(site.sources().ancestry(spec.source(), MAX_ANCESTRY))
                .build();
        var stored = store(spec, message);
        order.out().ifPresent(out -> expect(stored, out));
        var target = new Watch.Target(stored.request().build(), "", order.out().isPresent());
        var watch = watch(target, observer).with(stored.call(), unstarted(stored.request(), spec));
        if (stored.attempts() > 1) {
            // The server may have begun before this call.
            watch.fromStart();
        }
        threads.execute(watch::run);
        return new Accepted(here(stored.request()), watch);
    }

    private void expect(Stored stored, Path out) {
        try {
            outbox.expect(stored.request(), out);
        } catch (SteadingException e) {
            stored.call().cancel("Its artifacts cannot be delivered", e);
            throw e;
        }
    }

    /// A request, and the call that goes on to tell what becomes of it.
    private record Stored(RequestRecord request, BlockingClientCall<?, BuildNews> call, int attempts) {}

    /// Uploads the input and sends the request. Both are done once more if the server has lost a part of the
    /// input.
    private Stored store(BuildSpec spec, SubmitRequest message) {
        upload(spec);
        try {
            return send(message);
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
            upload.forget();
            upload(spec);
            return send(message);
        }
    }

    /// Uploads the input, taken from its source once more if this machine has lost a part of it.
    private void upload(BuildSpec spec) {
        try {
            upload.ensure(spec.root(), Set.of());
        } catch (SteadingException e) {
            if (!(e.failure() instanceof Failure.MissingBlobs)) {
                throw e;
            }
            restore(spec, e);
            upload.ensure(spec.root(), Set.of());
        }
    }

    private void restore(BuildSpec spec, SteadingException missing) {
        try {
            var _ = site.sources().restore(spec.source());
        } catch (SteadingException e) {
            e.addSuppressed(missing);
            throw e;
        }
    }

    /// @throws SteadingException with `Unavailable` that says whether the server may have stored the request
    private Stored send(SubmitRequest message) {
        var attempts = new ArrayList<Boolean>();
        try {
            return connection.retrying(() -> {
                try {
                    return sendOnce(message, attempts.size() + 1);
                } catch (StatusException e) {
                    attempts.add(!Failures.unheard(e));
                    throw e;
                }
            });
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.Unavailable away) {
                throw new SteadingException(away.unanswered(attempts.contains(true)), e);
            }
            throw e;
        }
    }

    private Stored sendOnce(SubmitRequest message, int attempt) throws StatusException, InterruptedException {
        var call = connection.prepare(stub()).submit(message);
        var first = connection.readSoon(call);
        if (first == null || first.getEventsCount() != 1 || !first.getEvents(0).hasRequest()) {
            call.cancel("The first message must be the request", null);
            throw StatusProto.toStatusException(CUT);
        }
        return new Stored(BuildMessages.fromProto(first.getEvents(0).getRequest()), call, attempt);
    }

    private BuildRecord unstarted(RequestRecord request, BuildSpec spec) {
        return new BuildRecord(
                request.build(),
                named(spec),
                BuildState.QUEUED,
                "",
                request.time(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private BuildSpec named(BuildSpec spec) {
        var source = spec.source();
        var name = site.repositoryName().apply(source.repository());
        return spec.at(new SourceRef(name, source.url(), source.directory(), source.revision()));
    }

    private Watch watch(Watch.Target target, BuildObserver observer) {
        return new Watch(connection, target, outbox, deliveries, observer);
    }

    private RequestRecord here(RequestRecord request) {
        return outbox.find(request.id()).map(parcel -> parcel.on(request)).orElse(request);
    }

    @Override
    public boolean withdraw(BuildId id, List<Long> requests, String by) {
        var message = WithdrawRequest.newBuilder()
                .setBuild(id.value())
                .addAllRequests(requests)
                .setBy(by)
                .build();
        return connection.retrying(() -> unary().withdraw(message)).getCancelled();
    }

    @Override
    public Subscription observe(BuildId id, BuildObserver observer) {
        var watch = watch(new Watch.Target(id, "", false), observer);
        begin(watch);
        return watch;
    }

    @Override
    public Optional<Following> follow(BuildId id, String task, ExecutionObserver observer) {
        var watch = watch(new Watch.Target(id, task, false), new FollowedOutput(observer));
        try {
            begin(watch);
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.NotFound) {
                return Optional.empty();
            }
            throw e;
        }
        if (watch.hasBegun()) {
            return Optional.of(watch);
        }
        watch.close();
        return Optional.empty();
    }

    private void begin(Watch watch) {
        try {
            watch.begin();
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
        threads.execute(watch::run);
    }

    @Override
    public Causes why(BuildId id) {
        var message = WhyRequest.newBuilder().setBuild(id.value()).build();
        return BuildMessages.fromProto(connection.retrying(() -> unary().why(message)));
    }

    @Override
    public Optional<BuildRecord> find(BuildId id) {
        return list(ListBuildsRequest.newBuilder().setBuild(id.value())).stream()
                .findFirst();
    }

    @Override
    public List<BuildRecord> recent(int limit, Optional<String> repository) {
        var recent = RecentBuilds.newBuilder().setLimit(limit);
        repository.map(site.repositoryName()).ifPresent(recent::setRepository);
        return list(ListBuildsRequest.newBuilder().setRecent(recent));
    }

    @Override
    public List<BuildRecord> underWay() {
        return list(ListBuildsRequest.newBuilder().setUnderWay(true));
    }

    private List<BuildRecord> list(ListBuildsRequest.Builder which) {
        return connection.retrying(() -> {
            var builds = new ArrayList<BuildRecord>();
            var call = unary().listBuilds(which.build());
            for (var message = call.read(); message != null; message = call.read()) {
                builds.add(BuildMessages.fromProto(message));
            }
            return builds;
        });
    }

    @Override
    public List<RequestRecord> requests(BuildId id) {
        var message = ListRequestsRequest.newBuilder().setBuild(id.value()).build();
        return connection.retrying(() -> unary().listRequests(message)).getRequestsList().stream()
                .map(BuildMessages::fromProto)
                .map(this::here)
                .toList();
    }

    private BuildsBlockingV2Stub unary() {
        return connection.withDeadline(connection.prepare(stub()), 0);
    }

    private BuildsBlockingV2Stub stub() {
        return BuildsGrpc.newBlockingV2Stub(connection.channel());
    }

    /// Stops watching. Builds go on at the server, and deliveries in the next process.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
