// SPDX-License-Identifier: Apache-2.0
package build.steading.worker.sandbox;

import build.steading.failure.SteadingException;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Starts runs. A runner process that has ended its run is used for the next one, as starting a process costs a
/// JVM more than a command like `true` does. One may also have a sandbox stand ready for a command that is not
/// known yet. Thread-safe.
public final class Runner implements AutoCloseable {
    private final List<String> command;

    @GuardedBy("this")
    private final Deque<Process> idle = new ArrayDeque<>();

    /// Those that have a sandbox ready, by where it has been made.
    @GuardedBy("this")
    private final Map<Path, Process> ready = new HashMap<>();

    @GuardedBy("this")
    private boolean closed;

    private Runner(List<String> command) {
        this.command = command;
    }

    /// @param bin directory for the runner, which is compiled there on first use
    /// @throws SteadingException with `Unavailable` if there is no runner and none can be made
    public static Runner prepare(Path bin) {
        return new Runner(List.of(RunnerProgram.prepare(bin).toString()));
    }

    /// Returns a runner that is started by another program.
    Runner behind(List<String> starter) {
        return new Runner(Stream.concat(starter.stream(), command.stream()).toList());
    }

    /// Starts to run `spec`: in the sandbox that stands ready in its directory, if that is the one it asks for.
    /// The caller closes the run, which kills what is left of it.
    ///
    /// @throws SteadingException with `Unavailable` if no process can be started
    public Run start(RunSpec spec) {
        return new Run(tell(take(spec.directory()), spec), this::takeBack);
    }

    /// Has a sandbox set up for a command that will come, in the directory of `spec`.
    ///
    /// @param spec says all about the sandbox, and names no command
    /// @throws SteadingException with `Unavailable` if no process can be started
    public void makeReady(RunSpec spec) {
        var process = tell(take(spec.directory()), spec);
        if (!keepReady(spec.directory(), process)) {
            Run.end(process);
        }
    }

    private synchronized boolean keepReady(Path directory, Process process) {
        if (!closed) {
            ready.put(directory, process);
        }
        return !closed;
    }

    /// Ends the sandbox that stands ready in `directory`, if there is one.
    public void abandon(Path directory) {
        var process = takeReady(directory);
        if (process != null) {
            Run.end(process);
        }
    }

    private synchronized @Nullable Process takeReady(Path directory) {
        return ready.remove(directory);
    }

    private synchronized @Nullable Process take(Path directory) {
        var waiting = ready.remove(directory);
        return waiting == null ? idle.poll() : waiting;
    }

    private Process startProcess() throws IOException {
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /// Standard input stays open: at its end, also because we are dead, the runner kills everything.
    private Process tell(@Nullable Process known, RunSpec spec) {
        if (known != null) {
            try {
                return write(known, spec);
            } catch (IOException _) {
                // Somebody has killed it while it was idle, and perhaps not all of its sandbox with it.
                known.destroyForcibly();
                Orphans.kill(spec.directory());
            }
        }
        try {
            return write(startProcess(), spec);
        } catch (IOException e) {
            throw SteadingException.unavailable("The runner `%s` cannot be started".formatted(command.getLast()), e);
        }
    }

    private static Process write(Process process, RunSpec spec) throws IOException {
        process.getOutputStream().write(spec.toBytes());
        process.getOutputStream().flush();
        return process;
    }

    private void takeBack(Process process) {
        if (!keep(process)) {
            Run.end(process);
        }
    }

    private synchronized boolean keep(Process process) {
        if (!closed) {
            idle.push(process);
        }
        return !closed;
    }

    /// Ends all runner processes that are idle, and the others when they become so.
    @Override
    public void close() {
        shut().forEach(Run::end);
    }

    private synchronized List<Process> shut() {
        closed = true;
        var rest = Stream.concat(idle.stream(), ready.values().stream()).toList();
        idle.clear();
        ready.clear();
        return rest;
    }
}
