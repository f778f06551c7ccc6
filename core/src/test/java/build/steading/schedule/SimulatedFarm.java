// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.RequestFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// One random history of a small farm: workers that crash, fall silent, come back, send stale and repeated
/// messages; requesters that withdraw; a clock that jumps. In the end all is well, and everything must come to an
/// end.
final class SimulatedFarm {
    private static final List<Fault> FAULTS = List.of(Fault.values());
    private static final int WORKERS = 4;
    private static final int KEYS = 6;

    private final SplittableRandom random;
    private final Limits limits;
    private final Scheduler scheduler;
    private final Optional<Scheduler> twin;
    private final NaiveFarm model;
    private final List<LeaseId> leases = new ArrayList<>();
    private Instant now = Instant.EPOCH.plus(Duration.ofDays(20_000));

    /// The latest time that the scheduler was told: the clock may go back before its first event.
    private Instant last = Instant.MIN;
    private long waiters;
    private long decisions;

    SimulatedFarm(long seed) {
        this.random = new SplittableRandom(seed);
        this.limits = new Limits(
                Duration.ofSeconds(15),
                Duration.ofSeconds(random.nextInt(3)),
                Duration.ofSeconds(1 + random.nextInt(100)),
                1 + random.nextInt(8),
                1 + random.nextInt(3),
                Duration.ofSeconds(1 + random.nextInt(60)),
                Duration.ofMillis(random.nextInt(2) * 1000L),
                Duration.ofSeconds(1 + random.nextInt(600)),
                random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1000);
        this.scheduler = new Scheduler(limits, NaiveFarm.FIRST_ID);
        this.twin = random.nextInt(8) == 0 ? Optional.of(new Scheduler(limits, NaiveFarm.FIRST_ID)) : Optional.empty();
        this.model = new NaiveFarm(limits, scheduler);
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
        if (random.nextInt(24) == 0) {
            model.checkQueries();
        }
    }

    private List<Decision> judged(Event event) {
        var decided = scheduler.apply(event, now);
        model.check(event, now, decided);
        decisions += decided.size();
        for (var decision : decided) {
            if (decision instanceof Decision.Assigned assigned) {
                leases.add(assigned.lease());
            } else if (decision instanceof Decision.Adopted adopted) {
                leases.add(adopted.lease());
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
            case 8 ->
                switch (random.nextInt(6)) {
                    case 0, 1 -> new Event.WorkerLeft(worker());
                    case 2 -> new Event.Restarted(Set.of(worker()));
                    default -> new Event.Tick();
                };
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
                NaiveRules.REQUIREMENTS.get(random.nextInt(NaiveRules.REQUIREMENTS.size())),
                facts(),
                affinity);
    }

    private RequestFacts facts() {
        return new RequestFacts(
                "tenant" + random.nextInt(2),
                random.nextInt(3) == 0 ? "dora" : "",
                "",
                "",
                Map.of(),
                random.nextInt(3) - 1,
                Optional.of(Duration.ofSeconds(30 + 60 * random.nextInt(2))));
    }

    private Event announced(WorkerId worker) {
        var kind = NaiveRules.KINDS.get(
                random.nextInt(4) == 0 ? random.nextInt(3) : worker.name().charAt(6) % 3);
        var policy = random.nextInt(2) == 0
                ? Policy.ANYTHING
                : NaiveRules.POLICIES.get(random.nextInt(NaiveRules.POLICIES.size()));
        var held = new HashMap<LeaseId, String>();
        model.parkedOn(worker).forEach(lease -> held.put(lease, model.parked.get(lease).key));
        someLeases(worker).forEach(lease -> held.put(lease, "unknown"));
        while (random.nextInt(3) == 0) {
            var earlier = new LeaseId(random.nextInt(20));
            if (!model.live.containsKey(earlier) && !model.parked.containsKey(earlier)) {
                held.put(earlier, "key" + random.nextInt(KEYS));
            }
        }
        return new Event.WorkerAnnounced(worker, new Offer(kind, policy, random.nextInt(4), "", held));
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
        if (random.nextInt(4) != 0) {
            some.addAll(model.parkedOn(worker));
        }
        if (random.nextInt(4) == 0) {
            some.add(lease());
        }
        return some;
    }

    private Ending ending() {
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Ending.Failed(FAULTS.get(random.nextInt(FAULTS.size())), "no luck");
            case 2 ->
                new Ending.Refused(
                        "no mood",
                        random.nextBoolean()
                                ? Optional.empty()
                                : Optional.of(Duration.ofSeconds(1 + random.nextInt(60))));
            default -> new Ending.Done();
        };
    }

    private WorkerId worker() {
        return new WorkerId("worker" + random.nextInt(WORKERS));
    }

    /// Any lease that ever was, recent ones above all, or one that never was.
    private LeaseId lease() {
        var size = leases.size();
        if (size == 0 || random.nextInt(50) == 0) {
            return new LeaseId(random.nextInt(22) - 1);
        }
        return leases.get(random.nextBoolean() ? random.nextInt(size) : size - 1 - random.nextInt(Math.min(3, size)));
    }

    /// From now on there are workers who are well and willing, and nobody is withdrawn.
    private void drain() {
        var kinds = NaiveRules.KINDS;
        for (var i = 0; i < kinds.size(); i++) {
            apply(new Event.WorkerAnnounced(new WorkerId("healthy" + i), Offer.of(kinds.get(i), 2)));
        }
        for (var round = 0; round < 1000 && model.waits(); round++) {
            now = scheduler.nextDue().filter(now::isBefore).orElse(now.plusSeconds(1));
            apply(new Event.Tick());
            for (var i = 0; i < kinds.size(); i++) {
                serve(new WorkerId("healthy" + i));
            }
        }
        model.checkEnd();
    }

    private void serve(WorkerId worker) {
        if (model.workers.get(worker).polls == 0) {
            apply(new Event.Polled(worker));
        }
        for (var lease : model.held(worker)) {
            apply(new Event.Finished(lease, new Ending.Done()));
        }
    }
}
