// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.platform.Fit;
import build.steading.platform.Policy;
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
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/// Simulates a day of a large farm and says how much of its slots' time was used, compared with what was
/// possible.
///
/// Requests come at random times; what they require, how long they run and for whom is skewed; some workers are
/// choosy. The time that passes is simulated, what decides is the real [Scheduler].
///
/// What was possible is bounded from above as follows. By the end `H` of the day, a request that came at `a` and
/// runs for `d` can have run for `min(d, H - a)` at most, and a kind of `n` slots for `n * H` in all. Let
/// requests be divisible among all kinds that fit, and be there from the beginning: what can run then is the
/// maximal flow from the requests, grouped by the set of kinds that fit, to the kinds. No schedule does better,
/// for it obeys these bounds and others besides: that a request comes when it comes, and runs on one slot, to its
/// end.
final class UtilisationBench {
    private static final int KINDS = 50;
    private static final double MEDIAN_SECONDS = 30;
    private static final double SIGMA = 1.2;
    private static final double LONGEST_SECONDS = 1800;

    /// How much work comes for each second of each slot.
    private static final double LOAD = 1.0;

    private static final List<Properties> PROPERTIES = new ArrayList<>();
    private static final List<Policy> POLICIES = new ArrayList<>();
    private static final List<Requirement> REQUIREMENTS = requirements();

    static {
        for (var kind = 0; kind < KINDS; kind++) {
            PROPERTIES.add(new Properties(Map.of(
                    "os",
                    kind % 10 < 7 ? "linux" : kind % 10 < 9 ? "windows" : "macos",
                    "cores",
                    4 << (kind % 4),
                    "gpu",
                    kind % 7 == 3,
                    "generation",
                    kind / 10)));
            POLICIES.add(
                    Policy.parse(kind % 11 == 5 ? "project != 'project3'" : kind % 13 == 7 ? "expected < 600.0" : ""));
        }
    }

    private final SplittableRandom random = new SplittableRandom(1);
    private final int workers;
    private final int requests;
    private final long dayNanos;
    private final Scheduler scheduler;
    private final PriorityQueue<Running> running = new PriorityQueue<>(Comparator.comparingLong(Running::endNanos));
    private final Map<BitSet, Long> workNanosByFit = new HashMap<>();
    private final Map<Asking, BitSet> fits = new HashMap<>();
    private final long[] durationNanos;

    /// Which request each execution is that has not begun.
    private final Map<Long, Integer> numbers = new HashMap<>();

    private long now;
    private long busyNanos;
    private long decisions;

    private record Running(LeaseId lease, WorkerId worker, long endNanos) {}

    /// All that makes a difference to which kinds fit.
    private record Asking(int requirement, int project, boolean longer) {}

    private UtilisationBench(int workers, int requests) {
        this.workers = workers;
        this.requests = requests;
        var meanSeconds = meanSeconds();
        this.dayNanos = (long) (requests * meanSeconds / LOAD / workers * 1e9);
        this.durationNanos = new long[requests];
        var standard = Limits.STANDARD;
        // Long leases, for it is not the renewals that are of interest.
        this.scheduler = new Scheduler(
                new Limits(
                        Duration.ofHours(1),
                        standard.affinityDelay(),
                        standard.ageing(),
                        standard.attempts(),
                        standard.lostWorkers(),
                        standard.reattach(),
                        standard.restartPatience(),
                        standard.unsupportedAfter(),
                        standard.queued()),
                1);
    }

    /// @param quick whether a tenth of the size is enough
    static Table run(boolean quick) {
        var bench = new UtilisationBench(quick ? 1_000 : 10_000, quick ? 100_000 : 1_000_000);
        return bench.run();
    }

    private Table run() {
        var start = System.nanoTime();
        join();
        var arrival = 0L;
        for (var i = 0; i < requests; i++) {
            arrival += (long) (-Math.log(1 - random.nextDouble()) * dayNanos / requests);
            finishUntil(Math.min(arrival, dayNanos));
            if (arrival >= dayNanos) {
                break;
            }
            submit(i, arrival);
        }
        finishUntil(dayNanos);
        // What runs still has been used until now only.
        running.forEach(each -> busyNanos -= each.endNanos - dayNanos);
        var bound = bound();
        var wallNanos = System.nanoTime() - start;
        var offered =
                workNanosByFit.values().stream().mapToLong(Long::longValue).sum();
        var capacity = (double) workers * dayNanos;
        var table = new Table("Utilisation: %,d workers of %d kinds, %,d requests, %s simulated"
                .formatted(workers, KINDS, requests, Duration.ofNanos(dayNanos).truncatedTo(ChronoUnit.SECONDS)));
        table.add("used, % of what was possible", ">= 98", Samples.of(100.0 * busyNanos / bound));
        table.add("  used, % of all slots' time", "", Samples.of(100.0 * busyNanos / capacity));
        table.add("  possible, % of all slots' time", "", Samples.of(100.0 * bound / capacity));
        table.add("  asked for, % of all slots' time", "", Samples.of(100.0 * offered / capacity));
        table.add("decisions/s", "", Samples.of(decisions * 1e9 / wallNanos));
        return table.note("%.2f %% of what was possible; %,d were still queued in the end; simulated in %d s"
                .formatted(
                        100.0 * busyNanos / bound,
                        scheduler.snapshot().queued(),
                        Duration.ofNanos(wallNanos).toSeconds()));
    }

    private void join() {
        for (var i = 0; i < workers; i++) {
            var worker = new WorkerId("worker" + i);
            var kind = i % KINDS;
            apply(new Event.WorkerAnnounced(
                    worker, new Offer(PROPERTIES.get(kind), POLICIES.get(kind), 1, "", Map.of())));
            apply(new Event.Polled(worker));
        }
    }

    private void submit(int number, long at) {
        now = at;
        var asking = new Asking(skewed(REQUIREMENTS.size()), skewed(20), false);
        var seconds = seconds();
        durationNanos[number] = (long) (seconds * 1e9);
        var facts = new RequestFacts(
                "project" + asking.project,
                "user" + skewed(100),
                "",
                "",
                Map.of(),
                random.nextInt(3),
                Optional.of(Duration.ofNanos(durationNanos[number])));
        var fitting = fits.computeIfAbsent(
                new Asking(asking.requirement, asking.project, seconds >= 600),
                key -> fitting(REQUIREMENTS.get(key.requirement), facts));
        workNanosByFit.merge(fitting, Math.min(durationNanos[number], dayNanos - at), Long::sum);
        apply(new Event.Submitted(
                new WaiterId(number),
                new Job("key" + number, true, REQUIREMENTS.get(asking.requirement), facts, Set.of())));
    }

    private static BitSet fitting(Requirement requirement, RequestFacts facts) {
        var fitting = new BitSet(KINDS);
        for (var kind = 0; kind < KINDS; kind++) {
            fitting.set(
                    kind,
                    requirement.check(PROPERTIES.get(kind)) instanceof Fit.Fits
                            && POLICIES.get(kind).check(facts) instanceof Fit.Fits);
        }
        return fitting;
    }

    private void finishUntil(long time) {
        while (!running.isEmpty() && running.peek().endNanos <= time) {
            var ended = running.remove();
            now = ended.endNanos;
            apply(new Event.Finished(ended.lease, new Ending.Done()));
            apply(new Event.Polled(ended.worker));
        }
        now = time;
    }

    private void apply(Event event) {
        var decided = scheduler.apply(event, Instant.EPOCH.plusNanos(now));
        decisions += decided.size();
        for (var decision : decided) {
            switch (decision) {
                case Decision.Accepted accepted ->
                    numbers.put(accepted.execution().value(), (int)
                            accepted.waiter().value());
                case Decision.Assigned assigned -> {
                    var number = Objects.requireNonNull(
                            numbers.remove(assigned.execution().value()));
                    var nanos = durationNanos[number];
                    busyNanos += nanos;
                    running.add(new Running(assigned.lease(), assigned.worker(), now + nanos));
                }
                default -> {}
            }
        }
    }

    /// Returns the slot time that can have been used at most.
    private double bound() {
        var groups = List.copyOf(workNanosByFit.entrySet());
        var flow = new MaxFlow(groups.size() + KINDS + 2);
        for (var i = 0; i < groups.size(); i++) {
            var group = groups.get(i);
            flow.connect(0, 1 + i, group.getValue());
            var from = 1 + i;
            group.getKey().stream().forEach(kind -> flow.connect(from, 1 + groups.size() + kind, Long.MAX_VALUE / 4));
        }
        for (var kind = 0; kind < KINDS; kind++) {
            var slots = workers / KINDS + (kind < workers % KINDS ? 1 : 0);
            flow.connect(1 + groups.size() + kind, groups.size() + KINDS + 1, slots * dayNanos);
        }
        return flow.solve();
    }

    /// Returns a number below `count`: 0 most often, 1 half as often, 2 a third as often.
    private int skewed(int count) {
        return (int) Math.min(count - 1, Math.pow(count, random.nextDouble()) - 1 + 1e-9);
    }

    private double seconds() {
        return Math.min(LONGEST_SECONDS, MEDIAN_SECONDS * Math.exp(SIGMA * random.nextGaussian()));
    }

    private double meanSeconds() {
        var sum = 0.0;
        var samples = new SplittableRandom(2);
        for (var i = 0; i < 100_000; i++) {
            sum += Math.min(LONGEST_SECONDS, MEDIAN_SECONDS * Math.exp(SIGMA * samples.nextGaussian()));
        }
        return sum / 100_000;
    }

    private static List<Requirement> requirements() {
        var requirements = new ArrayList<Requirement>();
        for (var os : List.of("linux", "windows", "macos")) {
            for (var cores : List.of(4, 8, 16, 32)) {
                requirements.add(Requirement.parse("os == '%s' && cores >= %d".formatted(os, cores)));
            }
        }
        requirements.add(2, Requirement.ANY);
        requirements.add(5, Requirement.parse("gpu"));
        for (var generation = 1; generation < 5; generation++) {
            requirements.add(Requirement.parse("generation >= " + generation));
            requirements.add(Requirement.parse("gpu && os == 'linux' && generation >= " + generation));
        }
        return requirements;
    }
}
