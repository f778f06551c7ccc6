// SPDX-License-Identifier: Apache-2.0
package build.steading.client;

import build.steading.api.v1.Seen;
import build.steading.api.v1.SeenTask;
import build.steading.api.v1.TaskOutput;
import build.steading.build.BuildMessages;
import build.steading.build.BuildRecord;
import build.steading.build.TaskRecord;
import build.steading.failure.SteadingException;
import build.steading.log.LogFormat;
import build.steading.log.LogPosition;
import build.steading.log.LogRecord;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a client has seen of a build: enough to go on there when the connection breaks. Belongs to one thread at
/// a time.
final class Sightings {
    private final Map<String, TaskRecord> tasks = new LinkedHashMap<>();
    private final Map<String, LogPosition> logs = new LinkedHashMap<>();
    private Optional<BuildRecord> build = Optional.empty();

    /// Takes output.
    @FunctionalInterface
    interface Printer {
        void print(TaskRecord task, LogPosition at, LogRecord entry);
    }

    void see(BuildRecord now) {
        build = Optional.of(now);
        tasks.clear();
        now.tasks().forEach(this::see);
    }

    void see(TaskRecord task) {
        tasks.put(task.name(), task);
    }

    /// Passes on the records of a piece of output.
    void see(TaskOutput output, Printer printer) {
        var task = task(output.getTask()).orElseGet(() -> TaskRecord.waiting(output.getTask()));
        var at = BuildMessages.fromProto(output.getAt());
        try (var records = output.getLog().newInput()) {
            for (var entry = LogFormat.read(records); entry.isPresent(); entry = LogFormat.read(records)) {
                printer.print(task, at, entry.get());
                at = at.after(entry.get());
            }
        } catch (IOException e) {
            throw SteadingException.unavailable("The server sends output that nobody can read", e);
        }
        logs.put(output.getTask(), at);
    }

    Optional<TaskRecord> task(String name) {
        return Optional.ofNullable(tasks.get(name));
    }

    /// Returns whether something of the task's output was seen.
    boolean hasOutput(String task) {
        return logs.containsKey(task);
    }

    /// Returns the build as it was seen last.
    Optional<BuildRecord> build() {
        return build;
    }

    Seen toProto() {
        var seen = Seen.newBuilder();
        tasks.values().forEach(task -> {
            var message = SeenTask.newBuilder()
                    .setName(task.name())
                    .setEnded(task.state().isFinal());
            if (logs.containsKey(task.name())) {
                message.setLog(BuildMessages.toProto(logs.get(task.name())));
            }
            seen.addTasks(message);
        });
        return seen.build();
    }
}
