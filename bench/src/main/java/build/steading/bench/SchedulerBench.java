// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import build.steading.schedule.Decision;
import build.steading.schedule.Ending;
import build.steading.schedule.Event;
import build.steading.schedule.Job;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Limits;
import build.steading.schedule.Offer;
import build.steading.schedule.Scheduler;
import build.steading.schedule.WaiterId;
import build.steading.schedule.WorkerId;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;

/// Measures the scheduler alone, on one thread: how many decisions it makes a second on a large farm, and whether
/// a decision costs more when more is queued.
final class SchedulerBench {
    private static final int WORKERS = 10_000;
    private static final int KINDS = 50;
    private static final int SLOTS = 4;
    private static final int ACTIONS = 1_000_000;
    private static final int TENANTS = 16;
    private static final int STEPS = 50_000;
    private static final int ROUNDS = 7;

    private SchedulerBench() {}

    static Table run() {
        var table = new Table("Scheduler alone: %,d workers of %d kinds, %d slots each; %d requirements, %d tenants"
                .formatted(WORKERS, KINDS, SLOTS, Farm.REQUIREMENTS.size(), TENANTS));
        var rates = new double[3];
        var cpuRates = new double[rates.length];
        for (var round = 0; round < rates.length; round++) {
            var cpuStart = cpuNanos();
            var start = System.nanoTime();
            var decisions = throughput();
            rates[round] = decisions * 1e9 / (System.nanoTime() - start);
            cpuRates[round] = decisions * 1e9 / (cpuNanos() - cpuStart);
        }
        table.add("%,d actions, decisions/s".formatted(ACTIONS), ">= 200,000", Samples.of(rates));
        table.add("  decisions a second of CPU", "", Samples.of(cpuRates));
        var lengths = new int[] {1_000, 10_000, 100_000, 1_000_000};
        var nanos = new double[lengths.length][ROUNDS];
        var farms = Arrays.stream(lengths).mapToObj(SchedulerBench::filled).toList();
        // One round of each length after the other, so that what else the machine does hits all alike.
        for (var round = 0; round < ROUNDS; round++) {
            for (var i = 0; i < lengths.length; i++) {
                nanos[i][round] = steady(farms.get(i));
            }
        }
        var shortest = new Table.Reference("queue of 1,000", Samples.of(nanos[0]));
        for (var i = 0; i < lengths.length; i++) {
            table.add(
                    "queue of %,d, ns of CPU a decision".formatted(lengths[i]),
                    i == 0 ? "" : "no growth",
                    Samples.of(nanos[i]),
                    shortest);
        }
        return table;
    }

    /// Submits all actions to an idle farm, and lets it run them all.
    ///
    /// @return how many decisions that took
    private static long throughput() {
        var farm = new Farm();
        for (var i = 0; i < ACTIONS; i++) {
            farm.submit();
        }
        while (farm.finishOne()) {
            farm.renewOne();
        }
        return farm.decisions;
    }

    private static Farm filled(int queued) {
        var farm = new Farm();
        while (farm.scheduler.snapshot().queued() == 0) {
            for (var i = 0; i < 1000; i++) {
                farm.submit();
            }
        }
        for (var i = farm.scheduler.snapshot().queued(); i < queued; i++) {
            farm.submit();
        }
        return farm;
    }

    /// Returns nanoseconds of CPU per decision while as much is submitted as is finished.
    private static double steady(Farm farm) {
        var decisions = farm.decisions;
        var start = cpuNanos();
        for (var i = 0; i < STEPS; i++) {
            farm.finishOne();
            farm.renewOne();
            farm.submit();
        }
        return (cpuNanos() - start) / (double) (farm.decisions - decisions);
    }

    /// Returns what this thread used, which says more than the time of day on a busy machine. Collecting garbage
    /// is not in it.
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /// A farm whose workers ask for work as soon as they have a free slot.
    private static final class Farm {
        static final List<Requirement> REQUIREMENTS = requirements();
        private final SplittableRandom random = new SplittableRandom(1);
        private final Scheduler scheduler = new Scheduler(Limits.STANDARD, 1);
        private final Queue<Running> running = new ArrayDeque<>();
        private Instant now = Instant.EPOCH;
        private long waiters;
        private long decisions;

        private record Running(LeaseId lease, WorkerId worker) {}

        Farm() {
            for (var i = 0; i < WORKERS; i++) {
                var worker = new WorkerId("worker" + i);
                apply(new Event.WorkerAnnounced(worker, Offer.of(kind(i % KINDS), SLOTS)));
                for (var slot = 0; slot < SLOTS; slot++) {
                    apply(new Event.Polled(worker));
                }
            }
        }

        private static Properties kind(int i) {
            return new Properties(Map.of(
                    "os",
                    i % 5 == 0 ? "windows" : "linux",
                    "cores",
                    4 << (i % 4),
                    "generation",
                    i,
                    "gpu",
                    i % 10 == 3));
        }

        private static List<Requirement> requirements() {
            var requirements = new ArrayList<Requirement>();
            requirements.add(Requirement.ANY);
            for (var os : List.of("linux", "windows")) {
                requirements.add(Requirement.parse("os == '" + os + "'"));
                for (var cores = 4; cores <= 32; cores *= 2) {
                    requirements.add(Requirement.parse("os == '" + os + "' && cores >= " + cores));
                }
            }
            requirements.add(Requirement.parse("gpu"));
            for (var generation = 5; generation < KINDS; generation += 5) {
                requirements.add(Requirement.parse("generation >= " + generation));
            }
            return requirements;
        }

        void submit() {
            var id = ++waiters;
            Set<String> affinity = id % 16 == 0 ? Set.of("input" + random.nextInt(1000)) : Set.of();
            var requirement = REQUIREMENTS.get(random.nextInt(REQUIREMENTS.size()));
            var tenant = "tenant" + random.nextInt(TENANTS);
            apply(new Event.Submitted(
                    new WaiterId(id),
                    new Job(
                            "key" + id,
                            true,
                            requirement,
                            RequestFacts.of(tenant, "").withPriority(random.nextInt(3)),
                            affinity)));
        }

        /// Ends the oldest attempt; its worker asks for more. Returns false if nothing runs.
        boolean finishOne() {
            now = now.plusNanos(250_000);
            var oldest = running.poll();
            if (oldest == null) {
                return false;
            }
            apply(new Event.Finished(oldest.lease(), new Ending.Done()));
            apply(new Event.Polled(oldest.worker()));
            return true;
        }

        void renewOne() {
            var oldest = running.peek();
            if (oldest != null && random.nextInt(4) == 0) {
                apply(new Event.Renewed(oldest.worker(), Set.of(oldest.lease())));
            }
        }

        private void apply(Event event) {
            var decided = scheduler.apply(event, now);
            decisions += decided.size();
            for (var decision : decided) {
                if (decision instanceof Decision.Assigned assigned) {
                    running.add(new Running(assigned.lease(), assigned.worker()));
                }
            }
        }
    }
}
