// SPDX-License-Identifier: Apache-2.0
package build.steading.server.farm;

import build.steading.auth.Identity;
import build.steading.auth.MemberBook;
import build.steading.auth.MemberListener;
import build.steading.auth.MemberState;
import build.steading.auth.Role;
import build.steading.execute.Lease;
import build.steading.execute.Outcome;
import build.steading.execute.WorkSource;
import build.steading.schedule.LeaseId;
import build.steading.schedule.Offer;
import build.steading.schedule.WorkerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Makes an admin's word on workers count: who is drained gets nothing new, whatever he offers, and what a member
/// that has left holds is taken back. Thread-safe.
public final class MemberWork implements WorkSource, MemberListener {
    private static final String DRAINED = "an admin drains it";

    private final Farm farm;
    private final MemberBook members;

    /// What each worker said last.
    private final Map<WorkerId, Offer> offers = new ConcurrentHashMap<>();

    public MemberWork(Farm farm, MemberBook members) {
        this.farm = farm;
        this.members = members;
    }

    private static Identity member(WorkerId worker) {
        return new Identity(worker.name(), Role.WORKER);
    }

    @Override
    public Duration announce(WorkerId worker, Offer offer) {
        offers.put(worker, offer);
        var drained = members.find(member(worker))
                .filter(member -> member.state() == MemberState.DRAINING)
                .isPresent();
        return farm.announce(worker, drained ? closed(offer) : offer);
    }

    private static Offer closed(Offer offer) {
        return new Offer(offer.properties(), offer.policy(), 0, DRAINED, offer.held());
    }

    @Override
    public void drained(Identity member, boolean draining) {
        var worker = new WorkerId(member.name());
        var said = offers.get(worker);
        if (member.role() == Role.WORKER && said != null) {
            var now = said.holding(held(worker));
            farm.announce(worker, draining ? closed(now) : now);
        }
    }

    private Map<LeaseId, String> held(WorkerId worker) {
        var held = new HashMap<LeaseId, String>();
        for (var known : farm.snapshot().workers()) {
            if (known.id().equals(worker)) {
                known.running().forEach(attempt -> held.put(attempt.lease(), attempt.key()));
            }
        }
        return held;
    }

    @Override
    public void left(Identity member) {
        if (member.role() == Role.WORKER) {
            var worker = new WorkerId(member.name());
            offers.remove(worker);
            farm.dismiss(worker);
        }
    }

    @Override
    public Optional<Lease> take(WorkerId worker, Duration patience) throws InterruptedException {
        return farm.take(worker, patience);
    }

    @Override
    public Set<LeaseId> renew(WorkerId worker, Set<LeaseId> held) {
        return farm.renew(worker, held);
    }

    @Override
    public long append(LeaseId lease, long offset, byte[] log) {
        return farm.append(lease, offset, log);
    }

    @Override
    public void finish(LeaseId lease, Outcome outcome) {
        farm.finish(lease, outcome);
    }
}
