// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/// Keeps account of the slot time that each tenant used; whoever used least goes first.
final class FairShare {
    // This is fair queueing by virtual time. `fairSeconds` is what a tenant would have used that always had work
    // and got exactly its share; it advances by each charge, divided by the number of tenants that have work
    // queued. What counts is a tenant's distance from it, its balance. The balance halves with every half-life in
    // which the tenant has nothing queued, and is never better than CREDIT: neither a busy nor an idle past is
    // held against anybody for long, an endless stream of new tenants cannot starve an old one, and nobody saves
    // up the right to a whole farm.
    //
    // An attempt is charged PREPAID seconds when it starts, or else the first tenant would get all free slots;
    // then as time passes, whenever its lease is renewed. What was paid too much is kept as credit for the next
    // attempt rather than paid back: but in `queued`, `usedSeconds` never falls, which Demand relies on.
    private static final double PREPAID_SECONDS = 1;
    private static final double CREDIT_SECONDS = 60;
    private static final Duration HALF_LIFE = Duration.ofMinutes(10);
    private static final int MAX_IDLE = 1024;

    private final Map<String, Tenant> tenants = new HashMap<>();
    private final SequencedSet<Tenant> idle = new LinkedHashSet<>();
    private double fairSeconds;
    private int backlogged;
    private long sequence;

    /// Returns the tenant, which has one live execution more from now on.
    Tenant enter(String name) {
        var tenant = tenants.computeIfAbsent(name, n -> new Tenant(n, sequence++, fairSeconds));
        if (tenant.live++ == 0) {
            idle.remove(tenant);
        }
        return tenant;
    }

    /// Notes that the tenant has one live execution less. Of tenants without any, the last ones are remembered.
    ///
    /// @return whether there was one too many, which is forgotten now: the first of [#idle]
    Optional<Tenant> leave(Tenant tenant) {
        if (--tenant.live > 0) {
            return Optional.empty();
        }
        idle.addLast(tenant);
        if (idle.size() <= MAX_IDLE) {
            return Optional.empty();
        }
        var forgotten = idle.removeFirst();
        tenants.remove(forgotten.name);
        return Optional.of(forgotten);
    }

    /// Notes that the tenant has one queued execution more.
    void queued(Tenant tenant, long now) {
        if (tenant.queued++ == 0) {
            backlogged++;
            var halves = (now - tenant.relievedNanos) / (double) HALF_LIFE.toNanos();
            var balance = (tenant.usedSeconds - fairSeconds) * Math.pow(0.5, halves);
            tenant.usedSeconds = fairSeconds + Math.max(-CREDIT_SECONDS, balance);
        }
    }

    /// Notes that the tenant has one queued execution less.
    void unqueued(Tenant tenant, long now) {
        if (--tenant.queued == 0) {
            backlogged--;
            tenant.relievedNanos = now;
        }
    }

    /// Charges for the start of an attempt.
    void start(ActiveLease lease) {
        charge(lease.execution.tenant, PREPAID_SECONDS);
        lease.paidSeconds = PREPAID_SECONDS;
    }

    /// Charges for the time that an attempt has run so far.
    void proceed(ActiveLease lease, long now) {
        var usedSeconds = seconds(lease, now);
        if (usedSeconds > lease.paidSeconds) {
            charge(lease.execution.tenant, usedSeconds - lease.paidSeconds);
            lease.paidSeconds = usedSeconds;
        }
    }

    /// Charges for the time that an attempt has run in all.
    void end(ActiveLease lease, long now) {
        proceed(lease, now);
        lease.execution.tenant.creditSeconds += lease.paidSeconds - seconds(lease, now);
    }

    /// Returns what the tenant has used, be it known or not.
    double usedSeconds(String name) {
        var tenant = tenants.get(name);
        return tenant == null ? fairSeconds : tenant.usedSeconds;
    }

    private void charge(Tenant tenant, double seconds) {
        var fromCredit = Math.min(seconds, tenant.creditSeconds);
        tenant.creditSeconds -= fromCredit;
        tenant.usedSeconds += seconds - fromCredit;
        fairSeconds += (seconds - fromCredit) / Math.max(1, backlogged);
    }

    /// Returns how long the attempt has run; what was beyond its lease is nobody's use.
    private static double seconds(ActiveLease lease, long now) {
        return (Math.min(now, lease.deadlineNanos) - lease.sinceNanos) / 1e9;
    }
}
