// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.tree.Globs;
import build.steading.tree.RelativePath;
import build.steading.yaml.Problems;
import build.steading.yaml.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// What a `steading.yaml` says, checked: a graph of tasks, and what may be chosen about a build of them.
///
/// @param name identifies the project to people
/// @param requires what every task requires, in CEL; empty for any worker
/// @param environment of every task; a task's own counts more
/// @param tasks by name, in the order of the file
/// @param artifacts what to publish; empty for what no other task of a build needs
/// @param notifications whom to tell, beside those who wait for a build
/// @param concurrency which builds exclude one another; nothing enforces it yet
public record Project(
        String name,
        String requires,
        SequencedMap<String, Option> options,
        Matrix matrix,
        SequencedMap<String, String> environment,
        SequencedMap<String, Task> tasks,
        Optional<List<ArtifactChoice>> artifacts,
        List<Notify> notifications,
        Optional<Concurrency> concurrency) {
    /// The name of the only task of a project without a file.
    public static final String SINGLE_TASK = "run";

    public Project {
        options = Ordered.copyOf(options);
        environment = Ordered.copyOf(environment);
        tasks = Ordered.copyOf(tasks);
        artifacts = artifacts.map(List::copyOf);
        notifications = List.copyOf(notifications);
    }

    /// Returns a project for sources without a file: one task, which reads everything.
    ///
    /// @param name any text; what a project's name cannot have becomes `-`
    /// @param run what the user gave as `--run`: text for the shell
    /// @param outputs what the user gave as `--output`
    /// @param network whether the command may use the network
    /// @throws SteadingException with `Invalid`, naming these command line options, if they are wrong
    public static Project single(String name, String run, List<String> outputs, boolean network) {
        var problems = Problems.unlocated();
        problems.name("/tasks/run/run", "`--run`");
        problems.name("/tasks/run/outputs", "`--output`");
        if (run.isBlank()) {
            problems.add("/tasks/run/run", "Found nothing, allowed is a command");
        }
        var tasks = new LinkedHashMap<String, Task>();
        tasks.put(SINGLE_TASK, Task.of(SINGLE_TASK, new Run.Script(run), outputs, network));
        var project = new Project(
                Names.projectFrom(name),
                "",
                new LinkedHashMap<>(),
                Matrix.NONE,
                new LinkedHashMap<>(),
                tasks,
                Optional.empty(),
                List.of(),
                Optional.empty());
        new ProjectChecks(project, problems).run();
        problems.throwIfAny();
        return project;
    }

    /// Returns the value of every option: those given, in their one spelling, and the defaults of the others.
    ///
    /// @throws SteadingException with `Invalid` if there is no such option, or it cannot have that value
    public SequencedMap<String, String> resolveOptions(Map<String, String> given) {
        var problems = Problems.unlocated();
        var values = defaultOptions();
        given.forEach((key, value) -> {
            var option = options.get(key);
            if (option == null) {
                problems.add("", unknownOption(key));
                return;
            }
            option.accept(value)
                    .ifPresentOrElse(
                            accepted -> values.put(key, accepted),
                            () -> problems.add(
                                    "",
                                    "Found `%s` for option `%s`, allowed is %s%s"
                                            .formatted(
                                                    RelativePath.printable(value),
                                                    key,
                                                    option.allowed(),
                                                    option.didYouMean(value))));
        });
        problems.throwIfAny();
        return values;
    }

    private String unknownOption(String name) {
        return options.isEmpty()
                ? "Found option `%s`, but this project has no options".formatted(name)
                : "Found option `%s`, allowed are %s%s"
                        .formatted(
                                name, Value.quoted(options.keySet()), Suggestions.didYouMean(name, options.keySet()));
    }

    /// Returns the combinations of the matrix that have certain values.
    ///
    /// @param axisValues by axis, several of one axis with commas between them; none for all combinations
    /// @throws SteadingException with `Invalid` if there is no such axis, value or combination
    public List<SequencedMap<String, String>> select(Map<String, String> axisValues) {
        return matrix.select(axisValues);
    }

    /// Returns everything to run for a build, each after what it needs, always in the same order.
    ///
    /// @param given options that the user chose
    /// @param axisValues as for [#select]
    /// @param requested names of tasks, or of instances such as `compile[cc=gcc]`; none for all. What they need
    ///     comes along
    /// @throws SteadingException with `Invalid` if an option or axis value is wrong or leads to a wrong path;
    ///     `NotFound` if there is no such task
    public List<TaskInstance> expand(
            Map<String, String> given, Map<String, String> axisValues, List<String> requested) {
        var options = resolveOptions(given);
        var combinations = select(axisValues);
        var problems = Problems.unlocated();
        tasks.keySet().forEach(task -> problems.name("/tasks/" + task, "Task `" + task + "`"));
        var instances = new Expansion(this, options, problems).instances(combinations);
        new InstanceChecks(problems).run(instances);
        problems.throwIfAny();
        return new Request(tasks.keySet(), instances).choose(requested);
    }

    /// Returns which outputs of these instances are artifacts.
    ///
    /// @param instances what [#expand] returned
    public List<ArtifactRule> artifactRules(List<TaskInstance> instances) {
        var needed = new HashSet<String>();
        instances.forEach(instance -> needed.addAll(instance.needs()));
        var rules = new ArrayList<ArtifactRule>();
        for (var instance : instances) {
            var paths = artifacts
                    .map(choices -> chosen(choices, instance.task()))
                    .orElse(needed.contains(instance.id()) ? List.of() : List.of("**"));
            if (!paths.isEmpty() && !instance.outputs().isEmpty()) {
                rules.add(new ArtifactRule(instance.id(), Globs.of(paths), instance.artifactDirectory()));
            }
        }
        return rules;
    }

    private static List<String> chosen(List<ArtifactChoice> choices, String task) {
        return choices.stream()
                .filter(choice -> choice.task().equals(task))
                .map(ArtifactChoice::paths)
                .toList();
    }

    /// Returns whom to tell about one build. Of the references in their addresses only `${requester}` is left.
    ///
    /// @param given options that the user chose
    /// @throws SteadingException with `Invalid` if one of them is wrong
    public List<Notify> notificationsFor(Map<String, String> given, String branch, String revision) {
        var values = new LinkedHashMap<String, String>();
        resolveOptions(given).forEach((key, value) -> values.put("options." + key, value));
        values.put("project", name);
        values.put("branch", branch);
        values.put("revision", revision);
        return notifications.stream()
                .map(wanted -> switch (wanted.target()) {
                    case Notify.Target.Email(var text) ->
                        new Notify(new Notify.Target.Email(Template.fill(text, values)), wanted.on());
                    case Notify.Target.Webhook _ -> wanted;
                })
                .toList();
    }

    SequencedMap<String, String> defaultOptions() {
        var values = new LinkedHashMap<String, String>();
        options.forEach((key, option) -> values.put(key, option.defaultValue()));
        return values;
    }
}
