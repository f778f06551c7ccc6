// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Properties;
import build.steading.platform.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// One random history of a small farm: workers that crash, fall silent, come back, send stale and repeated
/// messages; requesters that withdraw; a clock that jumps. In the end all is well, and everything must come to an
/// end.
final class SimulatedFarm {
    static final List<Properties> KINDS = List.of(
            new Properties(Map.of("os", "linux")),
            new Properties(Map.of("os", "linux", "gpu", true)),
            new Properties(Map.of("os", "windows")));
    static final List<Requirement> REQUIREMENTS = List.of(
            Requirement.ANY,
            Requirement.parse("os == 'linux'"),
            Requirement.parse("os == 'windows'"),
            Requirement.parse("gpu"));
    private static final int WORKERS = 4;
    private static final int KEYS = 6;

    private final SplittableRandom random;
    private final Limits limits;
    private final Scheduler scheduler;
    private final Optional<Scheduler> twin;
    private final NaiveFarm model;
    private final List<LeaseId> leases = new ArrayList<>();
    private Instant now = Instant.EPOCH.plus(Duration.ofDays(20_000));
    private Instant last = now;
    private long waiters;
    private long decisions;

    SimulatedFarm(long seed) {
        this.random = new SplittableRandom(seed);
        this.limits = new Limits(
                Duration.ofSeconds(15),
                Duration.ofSeconds(random.nextInt(3)),
                Duration.ofSeconds(1 + random.nextInt(100)),
                1 + random.nextInt(5),
                1 + random.nextInt(3));
        this.scheduler = new Scheduler(limits, 1);
        this.twin = random.nextInt(8) == 0 ? Optional.of(new Scheduler(limits, 1)) : Optional.empty();
        this.model = new NaiveFarm(limits);
    }

    /// @return how many decisions were made
    /// @throws AssertionError if one of them was wrong, or one is missing
    long run(int events) {
        for (var i = 0; i < events; i++) {
            now = now.plus(pause());
            apply(event());
        }
        drain();
        return decisions;
    }

    /// The scheduler is told first that time passed and then what happened, so that the model can judge one thing
    /// after the other. Its twin, if there is one, is told what happened only, and must come to the same
    /// decisions.
    private void apply(Event event) {
        var decided = new ArrayList<Decision>();
        if (now.isAfter(last)) {
            last = now;
            decided.addAll(judged(new Event.Tick()));
        }
        decided.addAll(judged(event));
        if (twin.isPresent() && !twin.get().apply(event, now).equals(decided)) {
            throw new AssertionError("%s without a tick leads to something else than %s".formatted(event, decided));
        }
        if (random.nextInt(8) == 0) {
            model.checkQueries(scheduler);
        }
    }

    private List<Decision> judged(Event event) {
        var decided = scheduler.apply(event, now);
        model.check(event, now, decided);
        decisions += decided.size();
        for (var decision : decided) {
            if (decision instanceof Decision.Assigned assigned) {
                leases.add(assigned.lease());
            }
        }
        return decided;
    }

    private Duration pause() {
        return switch (random.nextInt(20)) {
            case 0 -> limits.leaseTtl();
            case 1 -> limits.leaseTtl().minusNanos(1);
            case 2 -> limits.affinityDelay();
            case 3 -> Duration.ofSeconds(random.nextInt(40));
            case 4 -> random.nextInt(10) == 0 ? Duration.ofDays(random.nextInt(400)) : Duration.ZERO;
            case 5 -> Duration.ofSeconds(-1);
            case 6, 7, 8, 9 -> Duration.ofMillis(random.nextInt(2000));
            default -> Duration.ZERO;
        };
    }

    private Event event() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> new Event.Submitted(new WaiterId(++waiters), job());
            case 4, 5 -> new Event.Withdrawn(new WaiterId(1 + random.nextLong(waiters + 1)), "somebody");
            case 6, 7 -> announced(worker());
            case 8 -> random.nextInt(3) == 0 ? new Event.WorkerLeft(worker()) : new Event.Tick();
            case 9, 10, 11, 12, 13 -> new Event.Polled(worker());
            case 14 -> new Event.PollEnded(worker());
            case 15, 16 -> renewed(worker());
            default -> new Event.Finished(lease(), ending());
        };
    }

    private Job job() {
        Set<String> affinity = random.nextInt(3) == 0 ? Set.of("input" + random.nextInt(2)) : Set.of();
        return new Job(
                "key" + random.nextInt(KEYS),
                random.nextInt(5) != 0,
                REQUIREMENTS.get(random.nextInt(REQUIREMENTS.size())),
                ScriptedFarm.facts(random.nextInt(3) - 1, "tenant" + random.nextInt(2)),
                affinity);
    }

    private Event announced(WorkerId worker) {
        var kind = KINDS.get(
                random.nextInt(4) == 0 ? random.nextInt(3) : worker.name().charAt(6) % 3);
        return new Event.WorkerAnnounced(
                worker, Offer.of(kind, random.nextInt(4)).holding(keyed(someLeases(worker))));
    }

    private Event renewed(WorkerId worker) {
        return new Event.Renewed(worker, someLeases(worker));
    }

    /// Mostly what the worker holds, sometimes less, sometimes what it never held.
    private Set<LeaseId> someLeases(WorkerId worker) {
        var some = new TreeSet<LeaseId>();
        for (var lease : model.held(worker)) {
            if (random.nextInt(4) != 0) {
                some.add(lease);
            }
        }
        if (random.nextInt(4) == 0) {
            some.add(lease());
        }
        return some;
    }

    private static Map<LeaseId, String> keyed(Set<LeaseId> leases) {
        return leases.stream().collect(Collectors.toMap(lease -> lease, _ -> "unknown"));
    }

    private Ending ending() {
        return random.nextInt(3) == 0 ? new Ending.Failed(Fault.DISK_FULL, "no space") : new Ending.Done();
    }

    private WorkerId worker() {
        return new WorkerId("worker" + random.nextInt(WORKERS));
    }

    /// Any lease that ever was, recent ones above all, or one that never was.
    private LeaseId lease() {
        var size = leases.size();
        if (size == 0 || random.nextInt(50) == 0) {
            return new LeaseId(-1);
        }
        return leases.get(random.nextBoolean() ? random.nextInt(size) : size - 1 - random.nextInt(Math.min(3, size)));
    }

    /// From now on all workers are well, and nobody is withdrawn.
    private void drain() {
        for (var i = 0; i < KINDS.size(); i++) {
            apply(new Event.WorkerAnnounced(new WorkerId("worker" + i), Offer.of(KINDS.get(i), 2)));
        }
        for (var round = 0; round < 1000 && model.waits(); round++) {
            now = now.plusSeconds(1);
            for (var i = 0; i < KINDS.size(); i++) {
                var worker = new WorkerId("worker" + i);
                apply(new Event.Polled(worker));
                for (var lease : model.held(worker)) {
                    apply(new Event.Finished(lease, new Ending.Done()));
                }
            }
        }
        model.checkEnd();
    }
}
