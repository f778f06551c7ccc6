// SPDX-License-Identifier: Apache-2.0
package build.steading.build;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which tasks of a build can run now, and which never will. A pure state machine. Not thread-safe.
final class TaskGraph {
    private final Map<String, Set<String>> openNeeds = new LinkedHashMap<>();
    private final Map<String, List<String>> neededBy = new LinkedHashMap<>();
    private final Set<String> unfinished = new LinkedHashSet<>();
    private final List<String> ready = new ArrayList<>();

    /// @param needs for each task, in an order in which they can run, the tasks it needs
    TaskGraph(Map<String, ? extends Collection<String>> needs) {
        needs.forEach((task, its) -> {
            unfinished.add(task);
            if (its.isEmpty()) {
                ready.add(task);
            } else {
                openNeeds.put(task, new LinkedHashSet<>(its));
            }
            its.forEach(need ->
                    neededBy.computeIfAbsent(need, _ -> new ArrayList<>()).add(task));
        });
    }

    /// Returns the tasks that can run now and were not returned before.
    List<String> takeReady() {
        var taken = List.copyOf(ready);
        ready.clear();
        return taken;
    }

    /// Notes the end of a task.
    ///
    /// @return the tasks that will never run because of it
    List<String> ended(String task, boolean succeeded) {
        unfinished.remove(task);
        var dependants = neededBy.getOrDefault(task, List.of());
        if (succeeded) {
            dependants.forEach(dependant -> met(dependant, task));
            return List.of();
        }
        var skipped = new ArrayList<String>();
        for (var dependant : dependants) {
            if (openNeeds.remove(dependant) != null) {
                skipped.add(dependant);
                skipped.addAll(ended(dependant, false));
            }
        }
        return skipped;
    }

    private void met(String dependant, String need) {
        var open = openNeeds.get(dependant);
        if (open != null && open.remove(need) && open.isEmpty()) {
            openNeeds.remove(dependant);
            ready.add(dependant);
        }
    }

    /// Returns whether every task has ended or been skipped.
    boolean isDone() {
        return unfinished.isEmpty();
    }
}
