// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Chooses among the instances of a project what a user asked for.
final class Request {
    private static final Pattern INSTANCE = Pattern.compile("([^\\[]*)\\[(.*)]");

    private final Collection<String> tasks;
    private final List<TaskInstance> instances;

    /// @param instances each after what it needs
    Request(Collection<String> tasks, List<TaskInstance> instances) {
        this.tasks = tasks;
        this.instances = instances;
    }

    /// Returns the instances that have one of these names, and what they need; all if there are no names.
    ///
    /// @throws SteadingException with `NotFound` if a name is of none
    List<TaskInstance> choose(List<String> names) {
        if (names.isEmpty()) {
            return instances;
        }
        var wanted = new HashSet<String>();
        var complaints = new ArrayList<String>();
        for (var name : names) {
            var found = named(name);
            found.forEach(instance -> wanted.add(instance.id()));
            if (found.isEmpty()) {
                complaints.add(complaint(name));
            }
        }
        if (!complaints.isEmpty()) {
            throw new SteadingException(new Failure.NotFound(String.join("\n", complaints)));
        }
        addNeeds(wanted);
        return instances.stream()
                .filter(instance -> wanted.contains(instance.id()))
                .toList();
    }

    /// Each instance comes after what it needs, so one pass from the end is enough.
    private void addNeeds(Set<String> wanted) {
        for (var instance : instances.reversed()) {
            if (wanted.contains(instance.id())) {
                wanted.addAll(instance.needs());
            }
        }
    }

    private List<TaskInstance> named(String name) {
        var match = INSTANCE.matcher(name);
        var task = match.matches() ? match.group(1) : name;
        var values = match.matches() ? values(match.group(2)) : Map.<String, String>of();
        return instances.stream()
                .filter(instance -> instance.task().equals(task))
                .filter(instance -> instance.combination().entrySet().containsAll(values.entrySet()))
                .toList();
    }

    private static Map<String, String> values(String text) {
        var values = new LinkedHashMap<String, String>();
        for (var pair : text.split(",", -1)) {
            var equals = Math.max(pair.indexOf('='), 0);
            values.put(pair.substring(0, equals), pair.substring(Math.min(equals + 1, pair.length())));
        }
        return values;
    }

    private String complaint(String name) {
        var ids = instances.stream().map(TaskInstance::id).toList();
        var bracket = name.indexOf('[');
        var task = bracket < 0 ? name : name.substring(0, bracket);
        var known = tasks.contains(task)
                ? ids.stream()
                        .filter(id -> id.equals(task) || id.startsWith(task + "["))
                        .toList()
                : List.copyOf(tasks);
        return "Found no task `%s`, there are %s%s"
                .formatted(name, Value.quoted(known), Suggestions.didYouMean(name, known));
    }
}
