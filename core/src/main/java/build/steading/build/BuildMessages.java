// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import build.steading.api.v1.BuildEvent;
import build.steading.api.v1.TaskOutput;
import build.steading.api.v1.WaitingTask;
import build.steading.api.v1.WhyResponse;
import build.steading.digest.Digest;
import build.steading.digest.Digests;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import com.google.protobuf.UnsafeByteOperations;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Writes what is known of builds as messages, and reads it again: both ends of a connection use this.
///
/// Reading throws [SteadingException] with `Invalid` where a message has a digest that is none, or a state that
/// nobody knows. Times lose what is finer than a microsecond. Where artifacts go, and the key of a request, stay
/// with whoever knows them.
public final class BuildMessages {
    private BuildMessages() {}

    public static build.steading.api.v1.BuildRecord toProto(BuildRecord known) {
        var message = build.steading.api.v1.BuildRecord.newBuilder()
                .setId(known.id().value())
                .setSpec(SpecMessages.toProto(known.spec()))
                .setState(known.state().name())
                .setNote(known.note())
                .setCreatedMicros(micros(known.created()));
        known.started().ifPresent(time -> message.setStartedMicros(micros(time)));
        known.ended().ifPresent(time -> message.setEndedMicros(micros(time)));
        known.artifacts().ifPresent(digest -> message.setArtifacts(Digests.toProto(digest)));
        known.tasks().forEach(task -> message.addTasks(toProto(task)));
        return message.build();
    }

    public static BuildRecord fromProto(build.steading.api.v1.BuildRecord message) {
        return new BuildRecord(
                new BuildId(message.getId()),
                SpecMessages.fromProto(message.getSpec()),
                state(BuildState.values(), message.getState()),
                message.getNote(),
                time(message.getCreatedMicros()),
                optional(message.hasStartedMicros(), message.getStartedMicros()),
                optional(message.hasEndedMicros(), message.getEndedMicros()),
                optional(message.hasArtifacts(), message.getArtifacts()),
                message.getTasksList().stream().map(BuildMessages::fromProto).toList());
    }

    public static build.steading.api.v1.TaskRecord toProto(TaskRecord task) {
        var message = build.steading.api.v1.TaskRecord.newBuilder()
                .setName(task.name())
                .setState(task.state().name())
                .setExitCode(task.how().exitCode())
                .setCached(task.how().cached())
                .setJoined(task.how().joined())
                .setNote(task.how().note())
                .setWorker(task.worker());
        task.action().ifPresent(digest -> message.setAction(Digests.toProto(digest)));
        task.times().ready().ifPresent(time -> message.setReadyMicros(micros(time)));
        task.times().started().ifPresent(time -> message.setStartedMicros(micros(time)));
        task.times().ended().ifPresent(time -> message.setEndedMicros(micros(time)));
        task.log().ifPresent(digest -> message.setLog(Digests.toProto(digest)));
        task.outputs().ifPresent(digest -> message.setOutputs(Digests.toProto(digest)));
        return message.build();
    }

    public static TaskRecord fromProto(build.steading.api.v1.TaskRecord message) {
        return new TaskRecord(
                message.getName(),
                new TaskRecord.Ending(
                        state(TaskState.values(), message.getState()),
                        message.getExitCode(),
                        message.getCached(),
                        message.getJoined(),
                        message.getNote()),
                optional(message.hasAction(), message.getAction()),
                message.getWorker(),
                new TaskRecord.Times(
                        optional(message.hasReadyMicros(), message.getReadyMicros()),
                        optional(message.hasStartedMicros(), message.getStartedMicros()),
                        optional(message.hasEndedMicros(), message.getEndedMicros())),
                optional(message.hasLog(), message.getLog()),
                optional(message.hasOutputs(), message.getOutputs()));
    }

    public static build.steading.api.v1.RequestRecord toProto(RequestRecord request) {
        return build.steading.api.v1.RequestRecord.newBuilder()
                .setId(request.id())
                .setBuild(request.build().value())
                .setRequester(request.requester())
                .setRevision(request.revision())
                .setJoined(request.joined())
                .setTimeMicros(micros(request.time()))
                .setPriority(request.priority().name())
                .setState(request.state().name())
                .setNote(request.note())
                .build();
    }

    public static RequestRecord fromProto(build.steading.api.v1.RequestRecord message) {
        return new RequestRecord(
                message.getId(),
                new BuildId(message.getBuild()),
                message.getRequester(),
                Optional.empty(),
                message.getRevision(),
                message.getJoined(),
                time(message.getTimeMicros()),
                priority(message.getPriority()),
                Optional.empty(),
                state(RequestRecord.State.values(), message.getState()),
                message.getNote(),
                "");
    }

    public static build.steading.api.v1.LogPosition toProto(LogPosition position) {
        return build.steading.api.v1.LogPosition.newBuilder()
                .setBegunMicros(micros(position.begun()))
                .setOffset(position.offset())
                .build();
    }

    public static LogPosition fromProto(build.steading.api.v1.LogPosition message) {
        return new LogPosition(time(message.getBegunMicros()), message.getOffset());
    }

    /// Returns the news that a task printed something.
    public static BuildEvent output(String task, LogPosition at, LogRecord entry) {
        var output = TaskOutput.newBuilder()
                .setTask(task)
                .setAt(toProto(at))
                .setLog(UnsafeByteOperations.unsafeWrap(LogFormat.encode(entry)));
        return BuildEvent.newBuilder().setOutput(output).build();
    }

    public static WhyResponse toProto(Causes causes) {
        var message = WhyResponse.newBuilder().addAllBuild(causes.build());
        causes.tasks()
                .forEach((task, lines) ->
                        message.addTasks(WaitingTask.newBuilder().setName(task).addAllCauses(lines)));
        return message.build();
    }

    public static Causes fromProto(WhyResponse message) {
        var tasks = new LinkedHashMap<String, List<String>>();
        message.getTasksList().forEach(task -> tasks.put(task.getName(), List.copyOf(task.getCausesList())));
        return new Causes(message.getBuildList(), tasks);
    }

    /// Returns the priority of that name; the usual one if there is no name.
    public static Priority priority(String name) {
        return name.isEmpty() ? Priority.INTERACTIVE : state(Priority.values(), name);
    }

    static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    static Instant time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static Optional<Instant> optional(boolean present, long micros) {
        return present ? Optional.of(time(micros)) : Optional.empty();
    }

    private static Optional<Digest> optional(boolean present, build.bazel.remote.execution.v2.Digest digest) {
        return present ? Optional.of(Digests.fromProto(digest)) : Optional.empty();
    }

    private static <S extends Enum<S>> S state(S[] known, String name) {
        return Arrays.stream(known)
                .filter(state -> state.name().equals(name))
                .findFirst()
                .orElseThrow(() -> SteadingException.invalid("There is no state `%s`", name));
    }
}
