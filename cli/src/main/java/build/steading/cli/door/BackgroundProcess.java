// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import build.steading.failure.SteadingException;
import build.steading.lifecycle.Resources;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The one process per home that every command runs in: takes the lock, opens farm and front door, and closes
/// them orderly when it is stopped, terminated, replaced by another build, or idle for long. A lasting one, which
/// somebody started for its own sake, is neither replaced nor ever idle.
public final class BackgroundProcess {
    private static final long MAX_LOG_BYTES = 16 << 20;
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(25);
    private static final Duration TERMINATION_LIMIT = Duration.ofSeconds(20);

    /// Not static: whatever gets a logger first decides how the whole process logs, and that is [#run].
    private final System.Logger logger = System.getLogger(BackgroundProcess.class.getName());

    private final Home home;
    private final Settings settings;
    private final BlockingQueue<Ending> endings = new ArrayBlockingQueue<>(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /// @param buildId names the distribution; a launcher of another one replaces the process
    /// @param idleLimit how long the process stays with nothing to do
    /// @param maxInvocations how many commands may run at the same time
    /// @param lasting whether the process takes the place of one that came with a command, and stays until it is
    ///     stopped
    public record Settings(String buildId, Duration idleLimit, int maxInvocations, boolean lasting) {
        private static final Pattern BUILD_ID = Pattern.compile("[A-Za-z0-9._+-]{1,128}");

        /// @throws IllegalArgumentException if a component is out of range
        public Settings {
            if (!BUILD_ID.matcher(buildId).matches()) {
                throw new IllegalArgumentException("Build id `%s` does not match %s".formatted(buildId, BUILD_ID));
            }
            if (!idleLimit.isPositive() || maxInvocations < 1) {
                throw new IllegalArgumentException("Limits must be positive");
            }
        }

        /// Returns the limits of everyday use: 3 hours idle, 1024 commands, compiles that were handed back included.
        public static Settings of(String buildId) {
            return new Settings(buildId, Duration.ofHours(3), 1024, false);
        }

        /// Returns the limits of a process that is there for its own sake: 1024 commands.
        public static Settings lasting(String buildId) {
            return new Settings(buildId, Duration.ofHours(3), 1024, true);
        }
    }

    private BackgroundProcess(Home home, Settings settings) {
        this.home = home;
        this.settings = settings;
    }

    /// Serves `home` until the process shall end. Returns at once if another process serves it already, unless
    /// this one is lasting.
    ///
    /// @param farms opens the farm, when this process is known to be the only one
    /// @throws SteadingException with `Unavailable` if home, lock or socket cannot be had, or two shall last; and
    ///     whatever `farms` throws
    public static void run(Home home, Settings settings, Function<Home, Backend> farms) throws InterruptedException {
        Logging.prepare();
        home.create();
        try (var resources = new Resources()) {
            if (settings.lasting()) {
                resources.add(ProcessLock.forGood(home));
            }
            var lock = settings.lasting()
                    ? Optional.of(Takeover.of(home, LOCK_PATIENCE))
                    : ProcessLock.take(home, LOCK_PATIENCE);
            if (lock.isPresent()) {
                resources.add(lock.get());
                new BackgroundProcess(home, settings).serve(farms);
            }
        }
    }

    private void serve(Function<Home, Backend> farms) throws InterruptedException {
        Logging.install(new LogFile(home.logFile(), MAX_LOG_BYTES), settings.lasting());
        var hook = new Thread(this::terminate, "terminate");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            serveLogged(farms);
        } catch (RuntimeException e) {
            logger.log(Level.ERROR, "Process failed", e);
            throw e;
        } finally {
            ended.countDown();
            forgetHook(hook);
        }
    }

    private void serveLogged(Function<Home, Backend> farms) throws InterruptedException {
        var door = serveFarm(farms);
        logger.log(Level.INFO, "Ended");
        door.sayLastWords();
    }

    /// Returns the door, closed, when the farm is closed as well.
    private FrontDoor serveFarm(Function<Home, Backend> farms) throws InterruptedException {
        try (var farm = farms.apply(home)) {
            var place = new FrontDoor.Settings(
                    home.socket(), home.logFile(), settings.buildId(), settings.maxInvocations(), settings.lasting());
            describe();
            var door = FrontDoor.open(place, farm.commands(), endings::offer);
            try {
                var ending = awaitEnding(door, farm);
                logger.log(Level.INFO, "Ending: {0}", ending);
                door.close(ending);
            } finally {
                door.close();
                deleteDescription();
            }
            return door;
        }
    }

    private Ending awaitEnding(FrontDoor door, Backend farm) throws InterruptedException {
        var idle = new IdleWatch(InstantSource.system(), settings.idleLimit());
        while (!idle.expired(door.activity(), settings.lasting() || farm.busy())) {
            var ending = endings.poll(idle.pause().toNanos(), TimeUnit.NANOSECONDS);
            if (ending != null) {
                return ending;
            }
        }
        return Ending.IDLE;
    }

    /// The shutdown hook: the virtual machine ends when it returns.
    private void terminate() {
        boolean _ = endings.offer(Ending.TERMINATED);
        try {
            boolean _ = ended.await(TERMINATION_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            // The virtual machine ends in any case.
        }
    }

    private static void forgetHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // The hook is what brought us here.
        }
    }

    private void describe() {
        var description = """
            {"pid": %d, "build": "%s", "started": "%s"}
            """.formatted(ProcessHandle.current().pid(), settings.buildId(), Instant.now());
        try {
            var whole = Files.writeString(home.run().resolve("process.new"), description);
            Files.move(whole, home.processFile(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw SteadingException.unavailable("Cannot write `%s`: %s".formatted(home.processFile(), e), e);
        }
        logger.log(Level.INFO, "Started: {0}", description.strip());
    }

    private void deleteDescription() {
        try {
            Files.deleteIfExists(home.processFile());
        } catch (IOException e) {
            logger.log(Level.WARNING, "Could not delete `%s`".formatted(home.processFile()), e);
        }
    }
}
