// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.blob.LocalBlobs;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.lifecycle.Backoff;
import build.steading.lifecycle.SteadyClock;
import build.steading.schedule.Fault;
import build.steading.schedule.LeaseId;
import build.steading.worker.host.LinuxReadings;
import build.steading.worker.input.CopiedInputs;
import build.steading.worker.input.Directories;
import build.steading.worker.input.Inputs;
import build.steading.worker.input.LayeredInputs;
import build.steading.worker.sandbox.Runner;
import build.steading.worker.sandbox.Sandbox;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// Runs actions: each slot takes a lease, runs its action, and says how it ended. Whatever an action does, its
/// slot goes on with the next one. Thread-safe.
public final class Worker implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Worker.class.getName());

    /// How many files, directories and links the `Directory` messages in memory may name: about 50 MB.
    private static final int DIRECTORY_NODES = 200_000;

    private static final Duration TAKE_PATIENCE = Duration.ofSeconds(20);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final String STOPPING = "the worker stops";
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(15);

    private final WorkSource source;
    private final WorkerConfig config;
    private final Remover remover;
    private final Machine machine;
    private final Activity activity;
    private final Presence presence;
    private final Heart heart;
    private final Report report;
    private final Map<LeaseId, Attempt> attempts = new ConcurrentHashMap<>();
    private final List<Slot> slots = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean draining;

    /// Clears away what an earlier worker left in its directory. Nothing runs before [#start].
    ///
    /// @param blobs on the file system of the worker's directory
    /// @throws SteadingException with `Unavailable` if the directory cannot be used, or there is no C compiler to
    ///     make the runner with
    public Worker(WorkSource source, LocalBlobs blobs, Sandbox sandbox, WorkerConfig config, InstantSource clock) {
        this.source = source;
        this.config = config;
        this.remover = new Remover();
        Leftovers.clear(config.directory(), remover);
        var runner = Runner.prepare(config.directory().resolve("bin"));
        var directories = new Directories(blobs, DIRECTORY_NODES);
        var inputs = inputs(sandbox, blobs, directories);
        var sites = new Sites(makeDirectory("attempts"), sandbox, runner, remover, config.slots());
        this.activity = new Activity(clock, config.terms().shareBytes(config.slots()));
        var readings = new LinuxReadings(Path.of("/"), config.directory(), clock);
        this.presence = new Presence(
                config,
                readings,
                activity,
                WorkerProperties.detect(sandbox, config.directory()),
                () -> WorkerProperties.search(
                        sandbox, config.directory(), config.terms().toolVersions()));
        var gate = new Gate(config.terms(), readings, presence::properties, activity);
        this.machine = new Machine(config, blobs, directories, inputs, sandbox, runner, sites, gate, clock);
        var self = new Heart.Self(
                config.id(), () -> presence.offer(draining), config.limits().heartbeat());
        this.heart = new Heart(source, self, attempts, new SteadyClock());
        this.report = new Report(source, closed);
        for (var number = 0; number < config.slots(); number++) {
            slots.add(new Slot(number));
        }
        if (sandbox instanceof Sandbox.Plain(var why)) {
            LOG.log(Level.WARNING, "Actions are not isolated from this machine: {0}", why);
        }
    }

    private Inputs inputs(Sandbox sandbox, LocalBlobs blobs, Directories directories) {
        return switch (sandbox) {
            case Sandbox.Bubblewrap _ ->
                new LayeredInputs(
                        makeDirectory("layers"),
                        blobs,
                        directories,
                        config.limits().layerFiles(),
                        remover);
            case Sandbox.Plain _ ->
                new CopiedInputs(
                        makeDirectory("kept"),
                        blobs,
                        directories,
                        config.limits().layerFiles(),
                        remover);
        };
    }

    private Path makeDirectory(String name) {
        try {
            return Files.createDirectories(config.directory().resolve(name));
        } catch (IOException e) {
            throw SteadingException.unavailable(
                    "The worker's directory `%s` cannot be used".formatted(config.directory()), e);
        }
    }

    /// Joins the farm and begins to take leases.
    public Worker start() {
        heart.start();
        slots.forEach(slot -> slot.thread.start());
        return this;
    }

    /// Returns what the worker is and does at present, as data: texts, numbers, lists and maps.
    public Map<String, Object> facts() {
        return WorkerFacts.of(config, presence.said(), activity);
    }

    /// Takes no more leases and lets running actions finish; past the drain limit, ends them.
    @Override
    public void close() {
        draining = true;
        heart.nudge();
        slots.forEach(Slot::wake);
        try {
            if (!join(config.limits().drain())) {
                attempts.values().forEach(attempt -> attempt.cancel(STOPPING, Fault.WORKER_SHUTDOWN));
                join(KILL_PATIENCE);
            }
        } catch (InterruptedException _) {
            attempts.values().forEach(attempt -> attempt.cancel(STOPPING, Fault.WORKER_SHUTDOWN));
            Thread.currentThread().interrupt();
        }
        closed.countDown();
        heart.close();
        presence.close();
        machine.sites().close();
        machine.runner().close();
        remover.close();
    }

    private boolean join(Duration limit) throws InterruptedException {
        var end = Instant.now().plus(limit);
        for (var slot : slots) {
            var left = Duration.between(Instant.now(), end);
            if (slot.thread.isAlive() && !slot.thread.join(left.isNegative() ? Duration.ZERO : left)) {
                return false;
            }
        }
        return true;
    }

    /// Has the worker ask the farm at once how its leases stand, and pass on what the farm does not have of the
    /// logs: for whoever knows that the farm has news for it.
    public void checkLeases() {
        heart.nudge();
    }

    /// One place for an action.
    private final class Slot {
        private final Thread thread;
        private boolean waiting;

        Slot(int number) {
            // Not a virtual one: it reads from a command's pipe for as long as that runs, and the carrier that it
            // would hold is not always made up for.
            this.thread =
                    Thread.ofPlatform().daemon().name("worker-slot-" + number).unstarted(this::serve);
        }

        /// Ends the wait for a lease, but disturbs no action.
        synchronized void wake() {
            if (waiting) {
                thread.interrupt();
            }
        }

        private synchronized boolean setWaiting(boolean now) {
            waiting = now && !draining;
            return waiting;
        }

        private void serve() {
            var backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
            try {
                while (setWaiting(true)) {
                    heart.awaitJoined();
                    presence.openings().enter();
                    boolean answered;
                    try {
                        answered = serveOnce();
                    } finally {
                        presence.openings().leave();
                    }
                    if (answered) {
                        backoff.reset();
                    } else {
                        Thread.sleep(backoff.pause());
                    }
                }
            } catch (InterruptedException _) {
                // close() wants this slot to end while it had nothing to do.
            }
        }

        /// Returns false if the farm gives no answer.
        private boolean serveOnce() throws InterruptedException {
            try {
                var lease = source.take(config.id(), TAKE_PATIENCE);
                setWaiting(false);
                // An interrupt that came too late must not disturb the action.
                var late = Thread.interrupted();
                lease.ifPresent(taken -> work(taken, late || draining));
                return true;
            } catch (RuntimeException | Error e) {
                heart.distrust();
                var level = e instanceof Error ? Level.ERROR : Level.DEBUG;
                LOG.log(level, "Worker `%s` gets no work".formatted(config.id()), e);
                return false;
            }
        }
    }

    private void work(Lease lease, boolean stopping) {
        try (var attempt = new Attempt(machine, source, lease)) {
            attempts.put(lease.id(), attempt);
            activity.begin(lease);
            var outcome = stopping ? stopping() : run(attempt);
            // What is over takes no memory, and only waits to be reported.
            activity.end(lease.id(), outcome);
            report.deliver(attempt, outcome);
        } finally {
            attempts.remove(lease.id());
            machine.sites().renew();
        }
    }

    private static Outcome stopping() {
        return new Outcome.NotRun(new Failure.Unavailable("The worker stops"), Fault.WORKER_SHUTDOWN);
    }

    private static Outcome run(Attempt attempt) {
        try {
            return attempt.run();
        } catch (RuntimeException | Error e) {
            // Even after an error the slot must go on: a slot that is lost is capacity that is lost until a
            // restart.
            LOG.log(Level.ERROR, "Action `%s` met a bug of the worker".formatted(attempt.key()), e);
            return new Outcome.NotRun(new Failure.Unavailable("The worker failed: " + e));
        }
    }
}
