// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/// Keeps account of the slot time that each user and each project used; whoever used least goes first.
final class FairShare {
    // A tenant is one user's work on one project. All it uses is charged to two accounts, the user's and the
    // project's, and it stands where the one stands that used more: so a user with ten projects gets no more than
    // one with a single project, and ten users of one project get no more than another project's only user.
    // Between those who are held back by the same account, the other one decides.
    //
    // This is fair queueing by virtual time. `fairSeconds` is what a tenant would have used that always had work
    // and got exactly its share: the mean of what those used who have work queued. A charge moves all tenants
    // whose place is that of the account. What counts is an account's distance from it, its balance. The balance
    // halves with every half-life in which the account has nothing queued, and is never better than CREDIT:
    // neither a busy nor an idle past is held against anybody for long, an endless stream of new tenants cannot
    // starve an old one, and nobody saves up the right to a whole farm.
    //
    // An attempt is charged PREPAID seconds when it starts, or else the first tenant would get all free slots;
    // then as time passes, whenever its lease is renewed. What was paid too much is kept as credit for the next
    // attempt rather than paid back: but in `queued`, `usedSeconds` never falls, which Demand relies on.
    private static final double PREPAID_SECONDS = 1;
    private static final double CREDIT_SECONDS = 60;
    private static final Duration HALF_LIFE = Duration.ofMinutes(10);
    private static final int MAX_IDLE = 1024;

    private final Map<TenantName, Tenant> tenants = new LinkedHashMap<>();
    private final Map<String, Account> users = new HashMap<>();
    private final Map<String, Account> projects = new HashMap<>();
    private final SequencedSet<Tenant> idle = new LinkedHashSet<>();
    private double fairSeconds;
    private int backlogged;
    private long sequence;

    /// Returns the tenant, which has one live execution more from now on.
    Tenant enter(TenantName name) {
        var tenant = tenants.get(name);
        if (tenant == null) {
            tenant = open(name);
            tenants.put(name, tenant);
        }
        if (tenant.live++ == 0) {
            idle.remove(tenant);
        }
        return tenant;
    }

    private Tenant open(TenantName name) {
        if (name.requester().isEmpty()) {
            return new Tenant(name, sequence++, account(projects, name.project()), null);
        }
        var project = name.project().isEmpty() ? null : account(projects, name.project());
        return new Tenant(name, sequence++, account(users, name.requester()), project);
    }

    private Account account(Map<String, Account> accounts, String name) {
        var account = accounts.computeIfAbsent(name, n -> new Account(n, fairSeconds));
        account.tenants++;
        return account;
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
        close(forgotten.account);
        if (forgotten.second != null) {
            close(forgotten.second);
        }
        return Optional.of(forgotten);
    }

    private void close(Account account) {
        if (--account.tenants == 0) {
            users.remove(account.name, account);
            projects.remove(account.name, account);
        }
    }

    /// Notes that the tenant has one queued execution more.
    void queued(Tenant tenant, long now) {
        if (tenant.queued++ == 0) {
            backlogged++;
            resume(tenant.account, now);
            if (tenant.second != null) {
                resume(tenant.second, now);
            }
        }
    }

    private void resume(Account account, long now) {
        if (account.backlogged++ == 0) {
            var halves = (now - account.relievedNanos) / (double) HALF_LIFE.toNanos();
            var balance = (account.usedSeconds - fairSeconds) * Math.pow(0.5, halves);
            account.usedSeconds = fairSeconds + Math.max(-CREDIT_SECONDS, balance);
        }
    }

    /// Notes that the tenant has one queued execution less.
    void unqueued(Tenant tenant, long now) {
        if (--tenant.queued == 0) {
            backlogged--;
            relieve(tenant.account, now);
            if (tenant.second != null) {
                relieve(tenant.second, now);
            }
        }
    }

    private static void relieve(Account account, long now) {
        if (--account.backlogged == 0) {
            account.relievedNanos = now;
        }
    }

    /// Charges for the start of an attempt.
    void start(ActiveLease lease, Tenant tenant) {
        charge(tenant, PREPAID_SECONDS);
        lease.paidSeconds = PREPAID_SECONDS;
    }

    /// Charges for the time that an attempt has run so far.
    void proceed(ActiveLease lease, Tenant tenant, long now) {
        var usedSeconds = seconds(lease, now);
        if (usedSeconds > lease.paidSeconds) {
            charge(tenant, usedSeconds - lease.paidSeconds);
            lease.paidSeconds = usedSeconds;
        }
    }

    /// Charges for the time that an attempt has run in all.
    void end(ActiveLease lease, Tenant tenant, long now) {
        proceed(lease, tenant, now);
        tenant.creditSeconds += lease.paidSeconds - seconds(lease, now);
    }

    /// Returns what the tenant has used, be it known or not.
    double usedSeconds(TenantName name) {
        var tenant = tenants.get(name);
        if (tenant != null) {
            return tenant.usedSeconds();
        }
        var project = usedSeconds(projects, name.project());
        if (name.requester().isEmpty()) {
            return project;
        }
        var user = usedSeconds(users, name.requester());
        return name.project().isEmpty() ? user : Math.max(user, project);
    }

    private double usedSeconds(Map<String, Account> accounts, String name) {
        var account = accounts.get(name);
        return account == null ? fairSeconds : account.usedSeconds;
    }

    /// Returns those who go before `tenant`: they have something queued, and used less.
    List<Tenant> before(Tenant tenant) {
        return tenants.values().stream()
                .filter(other -> other != tenant && other.queued > 0 && other.isBefore(tenant))
                .toList();
    }

    private void charge(Tenant tenant, double seconds) {
        var fromCredit = Math.min(seconds, tenant.creditSeconds);
        tenant.creditSeconds -= fromCredit;
        var charged = seconds - fromCredit;
        var moved = Math.max(1, tenant.binding().backlogged);
        tenant.account.usedSeconds += charged;
        if (tenant.second != null) {
            tenant.second.usedSeconds += charged;
        }
        fairSeconds += charged * moved / Math.max(moved, backlogged);
    }

    /// Returns how long the attempt has run; what was beyond its lease is nobody's use.
    private static double seconds(ActiveLease lease, long now) {
        return (Math.min(now, lease.deadlineNanos) - lease.sinceNanos) / 1e9;
    }
}
