// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.platform.Requirement;
import build.steading.tree.Globs;
import build.steading.yaml.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;

/// Turns the tasks of a project into instances: one for each combination of the axes that a task, or one that it
/// needs, refers to.
///
/// An instance therefore has values for all axes of what it needs, and so finds exactly one instance of each.
/// Whatever turns out to be wrong is added to the problems, and something harmless put in its place.
final class Expansion {
    private final Project project;
    private final Map<String, String> options;
    private final Problems problems;
    private final Map<String, SequencedSet<String>> axes = new HashMap<>();
    private final Map<String, Requirement> requirements = new HashMap<>();

    /// @param project whose tasks do not need one another in a circle
    /// @param options the value of every option
    Expansion(Project project, Map<String, String> options, Problems problems) {
        this.project = project;
        this.options = options;
        this.problems = problems;
    }

    /// Returns the instances of all tasks, each after what it needs.
    List<TaskInstance> instances(List<SequencedMap<String, String>> combinations) {
        var instances = new ArrayList<TaskInstance>();
        for (var task : new TaskGraph(project.tasks()).inOrder()) {
            var byAxes = new LinkedHashMap<SequencedMap<String, String>, SequencedMap<String, String>>();
            combinations.forEach(combination -> byAxes.putIfAbsent(restrict(combination, task), combination));
            byAxes.forEach((restricted, combination) -> instances.add(instance(task, restricted, combination)));
        }
        return instances;
    }

    /// Returns how many instances there would be.
    long count(List<SequencedMap<String, String>> combinations) {
        return project.tasks().values().stream()
                .mapToLong(task -> combinations.stream()
                        .map(combination -> restrict(combination, task))
                        .distinct()
                        .count())
                .sum();
    }

    private TaskInstance instance(
            Task task, SequencedMap<String, String> restricted, SequencedMap<String, String> combination) {
        var where = "/tasks/" + task.name();
        var values = values(combination);
        return new TaskInstance(
                TaskInstance.id(task.name(), restricted),
                task.name(),
                restricted,
                task.needs().stream().map(need -> id(need, combination)).toList(),
                task.run().command(text -> Template.fill(text, values)),
                environment(task, values),
                patterns(task.inputs(), values),
                patterns(task.outputs(), values),
                task.cache().stream().map(path -> Template.fill(path, values)).toList(),
                Template.fill(task.directory(), values),
                task.timeout(),
                task.network(),
                task.distributed(),
                requirement(project.requires(), values, "/requires")
                        .and(requirement(task.requires(), values, where + "/requires")),
                task.memoryBytes(),
                task.retry(),
                task.allowMissingOutputs());
    }

    private String id(String task, SequencedMap<String, String> combination) {
        var needed = project.tasks().get(task);
        return needed == null ? task : TaskInstance.id(task, restrict(combination, needed));
    }

    private SequencedMap<String, String> restrict(SequencedMap<String, String> combination, Task task) {
        var restricted = new LinkedHashMap<String, String>();
        for (var axis : axes(task)) {
            var value = combination.get(axis);
            if (value != null) {
                restricted.put(axis, value);
            }
        }
        return restricted;
    }

    /// Returns the axes that a task depends on, in the order of the matrix.
    private SequencedSet<String> axes(Task task) {
        var known = axes.get(task.name());
        if (known != null) {
            return known;
        }
        var used = new LinkedHashSet<String>();
        for (var text : texts(task)) {
            for (var name : Template.references(text)) {
                if (name.startsWith("matrix.")) {
                    used.addAll(project.matrix().axesBehind(name.substring("matrix.".length())));
                }
            }
        }
        for (var need : task.needs()) {
            var needed = project.tasks().get(need);
            if (needed != null) {
                used.addAll(axes(needed));
            }
        }
        var ordered = new LinkedHashSet<>(project.matrix().axisNames());
        ordered.retainAll(used);
        axes.put(task.name(), ordered);
        return ordered;
    }

    private List<String> texts(Task task) {
        var texts = new ArrayList<>(task.run().texts());
        texts.addAll(project.environment().values());
        texts.addAll(task.environment().values());
        texts.addAll(task.inputs());
        texts.addAll(task.outputs());
        texts.addAll(task.cache());
        texts.addAll(List.of(task.directory(), task.requires(), project.requires()));
        return texts;
    }

    private Map<String, String> values(Map<String, String> combination) {
        var values = new HashMap<String, String>();
        options.forEach((key, value) -> values.put("options." + key, value));
        project.matrix().keys().forEach(key -> values.put("matrix." + key, combination.getOrDefault(key, "")));
        values.put("project", project.name());
        values.put("slots", Run.SLOTS);
        return values;
    }

    private SortedMap<String, String> environment(Task task, Map<String, String> values) {
        var environment = new TreeMap<String, String>();
        project.environment().forEach((key, value) -> environment.put(key, Template.fill(value, values)));
        task.environment().forEach((key, value) -> environment.put(key, Template.fill(value, values)));
        return environment;
    }

    /// A value in a pattern stands for itself, whatever characters it has.
    private static List<String> patterns(List<String> patterns, Map<String, String> values) {
        var quoted = new HashMap<String, String>();
        values.forEach((key, value) -> quoted.put(key, Globs.quote(value)));
        return patterns.stream().map(pattern -> Template.fill(pattern, quoted)).toList();
    }

    private Requirement requirement(String text, Map<String, String> values, String where) {
        var quoted = new HashMap<String, String>();
        values.forEach((key, value) -> quoted.put(key, value.replaceAll("([\\\\\"'])", "\\\\$1")));
        var cel = Template.fill(text, quoted);
        var known = requirements.get(cel);
        if (known != null || problems.anyAt(where)) {
            return known == null ? Requirement.ANY : known;
        }
        try {
            var requirement = Requirement.parse(cel);
            requirements.put(cel, requirement);
            return requirement;
        } catch (SteadingException e) {
            problems.add(where, e.failure().message());
            return Requirement.ANY;
        }
    }
}
