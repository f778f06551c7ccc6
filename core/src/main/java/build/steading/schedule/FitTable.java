// SPDX-License-Identifier: Apache-2.0
package build.steading.schedule;

import build.steading.platform.Policy;
import build.steading.platform.Properties;
import build.steading.platform.Requirement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Knows which classes of requests fit which classes of workers, each being what the other one asks for. Each
/// pair is checked once.
final class FitTable {
    // Requests are told apart by what they require, and by those facts only that the policy of a connected worker
    // looks at. Where that would lead to too many classes, and for facts that are hardly ever the same twice,
    // they are not told apart: then the policies in question are asked for each execution, when its turn comes.
    private static final Set<String> NEVER_ALIKE = Set.of("expected");
    private static final Set<String> ALWAYS_APART = Set.of("requester", "project");

    /// How many classes of requests with the same requirement may differ in other facts than those.
    private static final int MAX_VARIANTS = 64;

    /// How many classes of requests are remembered that nobody belongs to at the moment.
    private static final int MAX_IDLE = 256;

    private final Stranded stranded;
    private final Map<Requirement, Map<Map<String, Object>, RequirementClass>> requirements = new LinkedHashMap<>();
    private final Map<Kind, WorkerClass> workers = new LinkedHashMap<>();
    private final SequencedSet<RequirementClass> idle = new LinkedHashSet<>();

    /// For each fact, how many classes of workers have a policy that looks at it.
    private final TreeMap<String, Integer> lookedAt = new TreeMap<>();

    private record Kind(Properties properties, Policy policy) {}

    FitTable(Stranded stranded) {
        this.stranded = stranded;
    }

    /// Returns the class of a job, which has one live execution more from now on.
    RequirementClass enter(Job job) {
        var variants = requirements.computeIfAbsent(job.requirement(), _ -> new LinkedHashMap<>(2));
        var facts = facts(job, lookedAt.keySet());
        if (variants.size() >= MAX_VARIANTS && !facts.isEmpty() && !variants.containsKey(facts)) {
            facts.keySet().retainAll(ALWAYS_APART);
        }
        var found = variants.get(facts);
        if (found == null) {
            found = new RequirementClass(job.requirement(), facts, job.facts());
            variants.put(facts, found);
            workers.values().forEach(found::meet);
        }
        if (found.live++ == 0) {
            idle.remove(found);
        }
        return found;
    }

    private static Map<String, Object> facts(Job job, Set<String> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        var facts = new HashMap<>(job.facts().properties().values());
        facts.keySet().retainAll(names);
        facts.keySet().removeAll(NEVER_ALIKE);
        return facts;
    }

    void leave(RequirementClass requirement) {
        if (--requirement.live > 0) {
            return;
        }
        idle.addLast(requirement);
        if (idle.size() > MAX_IDLE) {
            var forgotten = idle.removeFirst();
            requirements.computeIfPresent(forgotten.requirement, (_, variants) -> {
                variants.remove(forgotten.facts);
                return variants.isEmpty() ? null : variants;
            });
            forgotten.lanes.values().forEach(lane -> forgotten.fitting().forEach(workers -> workers.forget(lane)));
        }
    }

    /// Forgets a tenant that has no execution at all.
    void forget(Tenant tenant) {
        all().forEach(requirement -> {
            var lane = requirement.lanes.remove(tenant);
            if (lane != null) {
                requirement.fitting().forEach(workers -> workers.forget(lane));
            }
        });
    }

    /// Returns all that is queued of a tenant, by class.
    Stream<Lane> lanesOf(Tenant tenant) {
        return all().flatMap(requirement -> Stream.ofNullable(requirement.lanes.get(tenant)));
    }

    /// Returns the class of the workers that offer this.
    WorkerClass classOf(Offer offer) {
        var kind = new Kind(offer.properties(), offer.policy());
        var found = workers.get(kind);
        if (found == null) {
            var made = new WorkerClass(offer.properties(), offer.policy());
            workers.put(kind, made);
            made.facts.forEach(fact -> lookedAt.merge(fact, 1, Integer::sum));
            watching(requirement -> requirement.meet(made));
            return made;
        }
        return found;
    }

    /// Takes a worker out of its class.
    ///
    /// @param next the class that it is about to enter; null if it leaves the farm
    void leave(Worker worker, @Nullable WorkerClass next) {
        var left = worker.workerClass;
        left.remove(worker);
        if (left.members.isEmpty() && left != next) {
            workers.remove(new Kind(left.properties, left.policy));
            left.facts.forEach(fact -> lookedAt.computeIfPresent(fact, (_, count) -> count == 1 ? null : count - 1));
            watching(requirement -> requirement.part(left));
        }
    }

    /// Changes all classes of requests, and notes for which of them nothing fits any more, or something does.
    private void watching(Consumer<RequirementClass> change) {
        all().forEach(requirement -> {
            var fitted = !requirement.fitting().isEmpty();
            change.accept(requirement);
            var fits = !requirement.fitting().isEmpty();
            if (fits && !fitted) {
                stranded.rescue(requirement);
            } else if (fitted && !fits) {
                stranded.strand(requirement);
            }
        });
    }

    private Stream<RequirementClass> all() {
        return requirements.values().stream().flatMap(variants -> variants.values().stream());
    }
}
