// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.schedule.WorkerId;
import build.steading.worker.terms.Terms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What a worker is told at its start.
///
/// @param slots how many actions run at the same time
/// @param directory belongs to this worker alone, on the file system of its store; anything in it may be deleted
/// @param terms what the machine's owner allows
/// @param compiles how the compilers of a command may use the farm; empty if they cannot
public record WorkerConfig(
        WorkerId id, int slots, Path directory, Limits limits, Terms terms, Optional<CompileService> compiles) {
    /// The machine is all the farm's.
    public WorkerConfig(WorkerId id, int slots, Path directory, Limits limits) {
        this(id, slots, directory, limits, Terms.UNLIMITED, Optional.empty());
    }

    public WorkerConfig {
        if (slots < 1) {
            throw new IllegalArgumentException("A worker with %d slots makes no sense".formatted(slots));
        }
        directory = directory.toAbsolutePath().normalize();
    }

    /// What one action may take, and how patient the worker is.
    ///
    /// @param longestRun for a command that says nothing, and the most that one may ask for
    /// @param killGrace how long a command has to end after being asked to
    /// @param drain how long running actions may go on when the worker closes
    /// @param heartbeat how often leases are renewed
    /// @param cpus how many processors an action is told that it may use
    /// @param tasks how many processes and threads an action may have unless it asks for another limit
    /// @param logBytes how much of an action's output is kept
    /// @param fileBytes how large a file may become
    /// @param layerFiles how many files of input trees are kept for the actions to come
    public record Limits(
            Duration longestRun,
            Duration killGrace,
            Duration drain,
            Duration heartbeat,
            int cpus,
            long tasks,
            long logBytes,
            long fileBytes,
            int layerFiles) {
        /// Returns limits for an ordinary machine.
        public static Limits ordinary() {
            return new Limits(
                    Duration.ofHours(24),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(5),
                    Runtime.getRuntime().availableProcessors(),
                    4096,
                    64 << 20,
                    1L << 38,
                    500_000);
        }

        /// Returns limits for a worker in the process of its server: to renew leases often costs nothing there,
        /// and the end of the process waits for no action, as the next process runs it again.
        public static Limits besideTheServer() {
            var usual = ordinary();
            return new Limits(
                    usual.longestRun,
                    usual.killGrace,
                    Duration.ZERO,
                    Duration.ofMillis(250),
                    usual.cpus,
                    usual.tasks,
                    usual.logBytes,
                    usual.fileBytes,
                    usual.layerFiles);
        }
    }
}
