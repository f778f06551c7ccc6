// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.SteadingException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Says to the runner what to run: `key=value` fields. Not thread-safe.
public final class RunSpec {
    private final ByteArrayOutputStream fields = new ByteArrayOutputStream();
    private final Path directory;

    /// @param place where the runner itself works
    /// @param root the input root as the command sees it
    public RunSpec(Place place, Path root) {
        this.directory = place.directory();
        field("dir", place.directory().toString());
        field("root", root.toString());
    }

    /// Returns where the runner works.
    Path directory() {
        return directory;
    }

    RunSpec overlay(String options) {
        return field("overlay", options);
    }

    RunSpec wrap(List<String> arguments) {
        arguments.forEach(argument -> field("wrap", argument));
        return this;
    }

    /// @throws SteadingException with `Invalid` if no program can be given such arguments
    public RunSpec command(List<String> arguments, Map<String, String> environment) {
        arguments.forEach(argument -> field("arg", argument));
        environment.forEach((name, value) -> field("env", name + "=" + value));
        return this;
    }

    /// @param directory relative to the input root, empty for the root itself; it is made if it is absent
    public RunSpec workingDirectory(String directory) {
        if (!directory.isEmpty()) {
            makeDirectory(directory);
        }
        return field("cwd", directory);
    }

    /// Has a directory made before the command runs, as the command itself would make it.
    ///
    /// @param directory relative to the input root
    public RunSpec makeDirectory(String directory) {
        return field("mkdir", directory);
    }

    /// @param grace how long processes have to end after being asked to
    public RunSpec timeout(Duration limit, Duration grace) {
        return field("timeout-ms", Long.toString(Math.max(1, limit.toMillis())))
                .field("grace-ms", Long.toString(grace.toMillis()));
    }

    /// @param memoryBytes of all processes together; 0 for no limit
    /// @param tasks processes and threads together; 0 for no limit
    /// @param fileBytes of one file; 0 for no limit
    public RunSpec limits(long memoryBytes, long tasks, long fileBytes) {
        return field("memory", Long.toString(memoryBytes))
                .field("tasks", Long.toString(tasks))
                .field("file-bytes", Long.toString(fileBytes));
    }

    /// @param level how far the command gives way to others, from 0, not at all, to 19
    public RunSpec nice(int level) {
        return field("nice", Integer.toString(level));
    }

    private RunSpec field(String key, String value) {
        if (value.indexOf(0) >= 0) {
            throw SteadingException.invalid("A NUL character in `%s` is not allowed", value.replace('\0', '?'));
        }
        fields.writeBytes((key + "=" + value).getBytes(StandardCharsets.UTF_8));
        fields.write(0);
        return this;
    }

    /// Returns the fields after their length.
    byte[] toBytes() {
        return ByteBuffer.allocate(Integer.BYTES + fields.size())
                .putInt(fields.size())
                .put(fields.toByteArray())
                .array();
    }
}
