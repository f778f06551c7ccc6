// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.failure.Suggestions;
import build.steading.tree.Globs;
import build.steading.tree.RelativePath;
import build.steading.yaml.Problems;
import build.steading.yaml.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// Checks what the parts of a project say about one another. What depends on values is checked with the default
/// options and all combinations of the matrix.
final class ProjectChecks {
    /// How many actions the tasks and the matrix may make together.
    static final int MAX_INSTANCES = 5000;

    private final Project project;
    private final Problems problems;

    ProjectChecks(Project project, Problems problems) {
        this.project = project;
        this.problems = problems;
    }

    void run() {
        checkReferences();
        checkMatrixValues();
        var combinations = combinations();
        var sound = withTasks(new TaskGraph(project.tasks()).check(problems));
        var expansion = new Expansion(sound, project.defaultOptions(), problems);
        if (expansion.count(combinations) > MAX_INSTANCES) {
            problems.add("/tasks", "Found more than %d combinations of tasks and matrix".formatted(MAX_INSTANCES));
            return;
        }
        var instances = expansion.instances(combinations);
        new InstanceChecks(problems).run(instances);
        checkArtifacts(instances);
    }

    private void checkReferences() {
        checkReferences("/requires", project.requires(), Template.Place.SETTING);
        checkEnvironment("/environment", project.environment());
        for (var task : project.tasks().values()) {
            var where = "/tasks/" + task.name();
            switch (task.run()) {
                case Run.Script(var text) -> checkReferences(where + "/run", text, Template.Place.SCRIPT);
                case Run.Arguments(var argv) -> checkReferences(where + "/run", argv, Template.Place.ARGUMENT);
            }
            checkReferences(where + "/inputs", task.inputs(), Template.Place.SETTING);
            checkReferences(where + "/outputs", task.outputs(), Template.Place.SETTING);
            checkReferences(where + "/cache", task.cache(), Template.Place.SETTING);
            checkReferences(where + "/directory", task.directory(), Template.Place.SETTING);
            checkReferences(where + "/requires", task.requires(), Template.Place.SETTING);
            checkEnvironment(where + "/environment", task.environment());
        }
        for (var i = 0; i < project.notifications().size(); i++) {
            if (project.notifications().get(i).target() instanceof Notify.Target.Email(var text)) {
                checkReferences("/notify/" + i + "/email", text, Template.Place.NOTICE);
            }
        }
        project.concurrency().ifPresent(it -> checkReferences("/concurrency/group", it.group(), Template.Place.NOTICE));
    }

    private void checkEnvironment(String where, Map<String, String> environment) {
        environment.forEach((name, value) -> checkReferences(where + "/" + name, value, Template.Place.SETTING));
    }

    private void checkReferences(String where, List<String> texts, Template.Place place) {
        for (var i = 0; i < texts.size(); i++) {
            checkReferences(where + "/" + i, texts.get(i), place);
        }
    }

    private void checkReferences(String where, String text, Template.Place place) {
        Template.complaints(
                        text,
                        place,
                        project.options().keySet(),
                        project.matrix().keys())
                .forEach(complaint -> problems.add(where, complaint));
    }

    /// Values are put in as they are, once: a reference among them would reach the shell.
    private void checkMatrixValues() {
        project.matrix().axes().forEach((axis, values) -> {
            for (var i = 0; i < values.size(); i++) {
                checkNoReference("/matrix/" + axis + "/" + i, values.get(i));
            }
        });
        var include = project.matrix().include();
        for (var i = 0; i < include.size(); i++) {
            var where = "/matrix/include/" + i + "/";
            include.get(i).forEach((key, value) -> checkNoReference(where + key, value));
        }
    }

    private void checkNoReference(String where, String value) {
        var references = Template.references(value);
        if (!references.isEmpty()) {
            problems.add(
                    where,
                    "Found `${%s}`, but values of the matrix are put in as they are: refer to it in the task"
                            .formatted(references.getFirst()));
        }
    }

    private List<SequencedMap<String, String>> combinations() {
        var combinations = project.matrix().combinations();
        if (combinations.isEmpty()) {
            problems.add("/matrix", "Found `exclude` for every combination: none is left");
        }
        var seen = new HashMap<Map<String, String>, Boolean>();
        for (var combination : combinations) {
            var axes = new HashMap<>(combination);
            axes.keySet().retainAll(project.matrix().axisNames());
            if (seen.put(axes, true) != null) {
                problems.add(
                        "/matrix/include",
                        "Found two combinations %s: they must differ in an axis"
                                .formatted(axes.isEmpty() ? "without any axis" : "`" + Matrix.label(axes) + "`"));
            }
        }
        return combinations;
    }

    private Project withTasks(SequencedMap<String, Task> tasks) {
        return new Project(
                project.name(),
                project.requires(),
                project.options(),
                project.matrix(),
                project.environment(),
                tasks,
                project.artifacts(),
                project.notifications(),
                project.concurrency());
    }

    private void checkArtifacts(List<TaskInstance> instances) {
        var choices = project.artifacts().orElse(List.of());
        for (var i = 0; i < choices.size(); i++) {
            var choice = choices.get(i);
            var where = "/artifacts/" + i;
            if (!project.tasks().containsKey(choice.task())) {
                problems.add(
                        where,
                        "Found the task `%s`, allowed are %s%s"
                                .formatted(
                                        RelativePath.printable(choice.task()),
                                        Value.quoted(project.tasks().keySet()),
                                        Suggestions.didYouMean(
                                                choice.task(), project.tasks().keySet())));
            } else if (choice.paths().startsWith("!")) {
                problems.add(where, "Found `%s`, but artifacts cannot exclude".formatted(choice.paths()));
            } else {
                globs(choice.paths(), where).ifPresent(paths -> checkArtifact(choice, paths, where, instances));
            }
        }
    }

    private void checkArtifact(ArtifactChoice choice, Globs paths, String where, List<TaskInstance> instances) {
        var outputs = project.tasks().get(choice.task());
        var prefix = "/tasks/" + choice.task() + "/outputs/";
        for (var instance : instances) {
            for (var i = 0; i < instance.outputs().size() && instance.task().equals(choice.task()); i++) {
                if (problems.anyAt(prefix + i)
                        || Globs.of(List.of(instance.outputs().get(i))).mayOverlap(paths)) {
                    return;
                }
            }
        }
        if (outputs != null && !problems.anyAt(prefix.substring(0, prefix.length() - 1))) {
            problems.add(
                    where,
                    outputs.outputs().isEmpty()
                            ? "Found `%s`, but task `%s` has no `outputs`".formatted(choice.paths(), choice.task())
                            : "Found `%s`, but the outputs of task `%s` are %s%s"
                                    .formatted(
                                            RelativePath.printable(choice.paths()),
                                            choice.task(),
                                            Value.quoted(outputs.outputs()),
                                            Suggestions.didYouMean(choice.paths(), outputs.outputs())));
        }
    }

    private Optional<Globs> globs(String pattern, String where) {
        try {
            return Optional.of(Globs.of(List.of(pattern)));
        } catch (SteadingException e) {
            problems.add(where, e.failure().message());
            return Optional.empty();
        }
    }
}
