// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.platform.RequestFacts;
import build.steading.platform.Requirement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What fits what, and how often is tried again, said once more in other words.
final class NaiveRules {
    static final List<Properties> KINDS = List.of(
            new Properties(Map.of("os", "linux")),
            new Properties(Map.of("os", "linux", "gpu", true)),
            new Properties(Map.of("os", "windows")));
    static final List<Requirement> REQUIREMENTS = List.of(
            Requirement.ANY,
            Requirement.parse("os == 'linux'"),
            Requirement.parse("os == 'windows'"),
            Requirement.parse("gpu"));
    static final List<Policy> POLICIES = List.of(
            Policy.ANYTHING,
            Policy.parse("project == 'tenant0'"),
            Policy.parse("priority <= 0"),
            Policy.parse("expected < 60.0"));

    private NaiveRules() {}

    static boolean fits(Job job, Properties worker) {
        var os = worker.values().get("os");
        return switch (REQUIREMENTS.indexOf(job.requirement())) {
            case 0 -> true;
            case 1 -> "linux".equals(os);
            case 2 -> "windows".equals(os);
            default -> worker.values().containsKey("gpu");
        };
    }

    static boolean willing(Policy policy, RequestFacts facts) {
        return switch (POLICIES.indexOf(policy)) {
            case 0 -> true;
            case 1 -> facts.project().equals("tenant0");
            case 2 -> facts.priority() <= 0;
            default -> facts.expected().isPresent() && facts.expected().get().toSeconds() < 60;
        };
    }

    /// Returns whether one of the budgets is used up.
    static boolean spent(List<FailedAttempt> failed, Limits limits) {
        if (failed.isEmpty()) {
            return false;
        }
        return counted(failed) >= limits.attempts()
                || lost(failed).size() >= limits.lostWorkers()
                || alike(failed)
                        >= switch (failed.getLast().fault()) {
                            case SETUP -> 4;
                            case WORKER_LOST -> 5;
                            case WORKER_SHUTDOWN -> 20;
                            case DISK_FULL, CORRUPT -> 3;
                            case UPLOAD -> 2;
                        };
    }

    static Duration backOff(List<FailedAttempt> failed) {
        var times = switch (failed.getLast().fault()) {
            case SETUP -> List.of(5, 60, 300);
            case WORKER_LOST -> List.of(0, 10, 60, 300);
            case WORKER_SHUTDOWN, DISK_FULL, CORRUPT -> List.of(0);
            case UPLOAD -> List.of(10);
        };
        return Duration.ofSeconds(times.get((int) Math.min(alike(failed), times.size()) - 1));
    }

    static int counted(List<FailedAttempt> failed) {
        return (int) failed.stream()
                .filter(attempt -> attempt.fault() != Fault.WORKER_SHUTDOWN)
                .count();
    }

    static Set<WorkerId> lost(List<FailedAttempt> failed) {
        return failed.stream()
                .filter(attempt -> attempt.fault() == Fault.WORKER_LOST)
                .map(FailedAttempt::worker)
                .collect(Collectors.toSet());
    }

    private static long alike(List<FailedAttempt> failed) {
        return failed.stream()
                .filter(attempt -> attempt.fault() == failed.getLast().fault())
                .count();
    }
}
