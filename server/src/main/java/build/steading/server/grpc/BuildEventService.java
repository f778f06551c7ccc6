// SPDX-License-Identifier: Apache-2.0
package build.steading.server.grpc;

import build.bazel.events.BuildEvent;
import build.steading.failure.SteadingException;
import build.steading.server.bazel.InvocationBook;
import build.steading.server.bazel.InvocationBook.Source;
import com.google.devtools.build.v1.BuildEvent.EventCase;
import com.google.devtools.build.v1.OrderedBuildEvent;
import com.google.devtools.build.v1.PublishBuildEventGrpc;
import com.google.devtools.build.v1.PublishBuildToolEventStreamRequest;
import com.google.devtools.build.v1.PublishBuildToolEventStreamResponse;
import com.google.devtools.build.v1.PublishLifecycleEventRequest;
import com.google.devtools.build.v1.StreamId;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Speaks `PublishBuildEvent` for an [InvocationBook], so that whoever builds with Bazel finds his builds among
/// those of the farm. Each event is confirmed by its number, in order.
public final class BuildEventService extends PublishBuildEventGrpc.PublishBuildEventImplBase {
    private static final int MAX_ID = 200;

    /// A tool has a call for each invocation.
    private static final int MAX_STREAMS = 10;

    private final InvocationBook invocations;

    public BuildEventService(InvocationBook invocations) {
        this.invocations = invocations;
    }

    /// What goes on around an invocation says nothing that its own events do not say.
    @Override
    public void publishLifecycleEvent(PublishLifecycleEventRequest request, StreamObserver<Empty> response) {
        response.onNext(Empty.getDefaultInstance());
        response.onCompleted();
    }

    @Override
    public StreamObserver<PublishBuildToolEventStreamRequest> publishBuildToolEventStream(
            StreamObserver<PublishBuildToolEventStreamResponse> response) {
        var caller = Callers.current();
        InvocationBook.Teller teller = claimed -> Protos.person(caller, claimed);
        return new StreamObserver<>() {
            private final Set<String> told = new HashSet<>();
            private boolean failed;

            @Override
            public void onNext(PublishBuildToolEventStreamRequest request) {
                if (failed) {
                    return;
                }
                try {
                    var event = request.getOrderedBuildEvent();
                    var source = new Source(id(event.getStreamId()), teller);
                    if (told.add(source.id()) && told.size() > MAX_STREAMS) {
                        throw SteadingException.invalid("One call tells of more than %d invocations", MAX_STREAMS);
                    }
                    take(event, source);
                    response.onNext(PublishBuildToolEventStreamResponse.newBuilder()
                            .setStreamId(event.getStreamId())
                            .setSequenceNumber(event.getSequenceNumber())
                            .build());
                } catch (RuntimeException e) {
                    failed = true;
                    response.onError(GrpcStatus.ofCall(e));
                    told.forEach(invocations::hungUp);
                }
            }

            // The tool is gone; it begins anew, or the invocation was broken off.
            @Override
            public void onError(Throwable cause) {
                failed = true;
                told.forEach(invocations::hungUp);
            }

            @Override
            public void onCompleted() {
                if (!failed) {
                    told.forEach(invocations::hungUp);
                    response.onCompleted();
                }
            }
        };
    }

    private void take(OrderedBuildEvent event, Source source) {
        if (event.getSequenceNumber() < 1) {
            throw SteadingException.invalid("Event number %d is not positive", event.getSequenceNumber());
        }
        var last = event.getEvent().getEventCase() == EventCase.COMPONENT_STREAM_FINISHED;
        invocations.add(source, event.getSequenceNumber(), told(event), last);
    }

    private static String id(StreamId stream) {
        var id = stream.getBuildId() + " " + stream.getInvocationId();
        if (stream.getInvocationId().isEmpty() || id.length() > MAX_ID) {
            throw SteadingException.invalid("Invocation `%s` has no sound id", id);
        }
        return id;
    }

    private static Optional<BuildEvent> told(OrderedBuildEvent event) {
        try {
            var packed = event.getEvent().getBazelEvent();
            return packed.is(BuildEvent.class) ? Optional.of(packed.unpack(BuildEvent.class)) : Optional.empty();
        } catch (InvalidProtocolBufferException _) {
            throw SteadingException.invalid(
                    "Event %d is no `build_event_stream.BuildEvent`", event.getSequenceNumber());
        }
    }
}
