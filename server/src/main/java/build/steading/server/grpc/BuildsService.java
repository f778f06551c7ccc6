// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.steading.api.v1.BuildNews;
import build.steading.api.v1.BuildRecord;
import build.steading.api.v1.BuildsGrpc;
import build.steading.api.v1.ListBuildsRequest;
import build.steading.api.v1.ListRequestsRequest;
import build.steading.api.v1.ListRequestsResponse;
import build.steading.api.v1.ObserveRequest;
import build.steading.api.v1.StatusRequest;
import build.steading.api.v1.StatusResponse;
import build.steading.api.v1.SubmitRequest;
import build.steading.api.v1.WhyRequest;
import build.steading.api.v1.WhyResponse;
import build.steading.api.v1.WithdrawRequest;
import build.steading.api.v1.WithdrawResponse;
import build.steading.auth.Identity;
import build.steading.auth.Role;
import build.steading.blob.BlobStore;
import build.steading.build.BuildBook;
import build.steading.build.BuildDesk;
import build.steading.build.BuildId;
import build.steading.build.BuildMessages;
import build.steading.build.RequestRecord;
import build.steading.build.SpecMessages;
import build.steading.build.UploadedSources;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// Speaks Steading's `Builds` for a [BuildDesk] and a [BuildBook]. It translates; it decides nothing.
public final class BuildsService extends BuildsGrpc.BuildsImplBase implements AutoCloseable {
    private static final int MAX_LISTED = 10_000;

    private final BuildDesk desk;
    private final BuildBook book;
    private final UploadedSources sources;
    private final Supplier<String> status;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("build-stream-", 0).factory());
    private final BuildStream.Tools tools;

    /// @param sources learns what clients say of their sources
    /// @param blobs where logs are
    /// @param status what there is to know of the farm as a whole, as JSON
    public BuildsService(
            BuildDesk desk, BuildBook book, UploadedSources sources, BlobStore blobs, Supplier<String> status) {
        this.desk = desk;
        this.book = book;
        this.sources = sources;
        this.status = status;
        this.tools = new BuildStream.Tools(desk, blobs, threads);
    }

    @Override
    public void status(StatusRequest request, StreamObserver<StatusResponse> response) {
        response.onNext(StatusResponse.newBuilder().setJson(status.get()).build());
        response.onCompleted();
    }

    @Override
    public void submit(SubmitRequest request, StreamObserver<BuildNews> response) {
        var spec = SpecMessages.fromProto(request.getSpec());
        var order = Protos.order(request, Callers.current());
        sources.learn(spec.source(), request.getAncestryList());
        var stream = stream(response, new OutputMarks(false), false, "");
        var accepted = desk.submit(spec, order, stream);
        stream.begin(accepted.request().build(), Optional.of(accepted.request()), accepted.subscription());
    }

    @Override
    public void observe(ObserveRequest request, StreamObserver<BuildNews> response) {
        var id = new BuildId(request.getBuild());
        var marks = new OutputMarks(request.hasSeen());
        request.getSeen()
                .getTasksList()
                .forEach(task -> marks.seen(
                        task.getName(),
                        task.hasLog() ? BuildMessages.fromProto(task.getLog()) : OutputMarks.START,
                        task.getEnded()));
        var stream = stream(response, marks, request.hasSeen(), request.getTask());
        stream.begin(id, Optional.empty(), desk.observe(id, stream));
    }

    private BuildStream stream(
            StreamObserver<BuildNews> response, OutputMarks marks, boolean fromStart, String onlyTask) {
        return new BuildStream((ServerCallStreamObserver<BuildNews>) response, tools, marks, fromStart, onlyTask);
    }

    @Override
    public void withdraw(WithdrawRequest request, StreamObserver<WithdrawResponse> response) {
        var caller = Callers.current();
        var id = new BuildId(request.getBuild());
        var requests = own(caller, id, request.getRequestsList());
        var cancelled = desk.withdraw(id, requests, Protos.person(caller, request.getBy()));
        response.onNext(WithdrawResponse.newBuilder().setCancelled(cancelled).build());
        response.onCompleted();
    }

    /// Administrators may withdraw whatever they like; everybody else only his own.
    private List<Long> own(Identity caller, BuildId id, List<Long> wanted) {
        if (caller.role().includes(Role.ADMIN)) {
            return wanted;
        }
        var own = book.requests(id).stream()
                .filter(request -> request.requester().equals(caller.name()))
                .map(RequestRecord::id)
                .filter(request -> wanted.isEmpty() || wanted.contains(request))
                .toList();
        if (own.isEmpty()) {
            throw new SteadingException(
                    new Failure.Denied("None of the requests for build %s is yours to withdraw".formatted(id)));
        }
        return own;
    }

    @Override
    public void listBuilds(ListBuildsRequest request, StreamObserver<BuildRecord> response) {
        var builds = switch (request.getWhichCase()) {
            case BUILD -> book.find(new BuildId(request.getBuild())).stream().toList();
            case RECENT -> {
                var recent = request.getRecent();
                var repository = Optional.of(recent.getRepository()).filter(name -> !name.isEmpty());
                yield book.recent(Math.clamp(recent.getLimit(), 1, MAX_LISTED), repository);
            }
            case UNDER_WAY -> book.underWay();
            case WHICH_NOT_SET -> throw SteadingException.invalid("It is not said which builds are wanted");
        };
        Pump.send(new ListSource<>(builds.iterator(), BuildMessages::toProto), response);
    }

    @Override
    public void listRequests(ListRequestsRequest request, StreamObserver<ListRequestsResponse> response) {
        var answer = ListRequestsResponse.newBuilder();
        book.requests(new BuildId(request.getBuild()))
                .forEach(stored -> answer.addRequests(BuildMessages.toProto(stored)));
        response.onNext(answer.build());
        response.onCompleted();
    }

    @Override
    public void why(WhyRequest request, StreamObserver<WhyResponse> response) {
        response.onNext(BuildMessages.toProto(desk.why(new BuildId(request.getBuild()))));
        response.onCompleted();
    }

    /// Lets go of what slow clients wait for.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
