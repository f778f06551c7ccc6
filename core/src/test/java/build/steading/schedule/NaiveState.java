// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Of what a [NaiveFarm] consists.
final class NaiveState {
    private NaiveState() {}

    static final class Machine {
        Properties properties;
        Policy policy;
        int slots;
        int polls;
        boolean silent;
    }

    /// What is known of a worker, also while it is away.
    static final class Past {
        int blamed;

        /// Whether it is certain that it was not well the last time.
        boolean sick;

        /// Until then it gets nothing.
        Instant barredUntil = Instant.MIN;

        LeaseId canary;
    }

    static final class Run {
        final Job job;
        final Instant submitted;
        final Map<WaiterId, Job> waiters = new LinkedHashMap<>();
        final Set<TenantName> tenants = new HashSet<>();
        final List<FailedAttempt> failed = new ArrayList<>();
        final Map<WorkerId, Instant> refusedBy = new HashMap<>();
        Holding lease;
        Instant queued;
        Instant notBefore = Instant.MIN;

        /// For how long, while some worker was connected, none was what is required.
        Duration unfit = Duration.ZERO;

        /// For how long none was what is required, or was willing.
        Duration unwanted = Duration.ZERO;

        Run(Job job, Instant now) {
            this.job = job;
            this.submitted = now;
            this.queued = now;
        }

        int priority() {
            return waiters.values().stream().mapToInt(Job::priority).min().orElse(job.priority());
        }

        boolean mayBeHeld() {
            return !job.affinity().isEmpty() || !failed.isEmpty();
        }
    }

    static final class Holding {
        final ExecutionId execution;
        final WorkerId worker;
        Instant deadline;

        Holding(ExecutionId execution, WorkerId worker, Instant deadline) {
            this.execution = execution;
            this.worker = worker;
            this.deadline = deadline;
        }
    }

    static final class Parked {
        final String key;
        final WorkerId worker;
        final Instant claimedBy;
        Instant deadline;

        Parked(String key, WorkerId worker, Instant claimedBy, Instant deadline) {
            this.key = key;
            this.worker = worker;
            this.claimedBy = claimedBy;
            this.deadline = deadline;
        }
    }
}
