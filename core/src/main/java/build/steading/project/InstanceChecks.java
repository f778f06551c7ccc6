// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.failure.SteadingException;
import build.steading.tree.Globs;
import build.steading.tree.RelativePath;
import build.steading.yaml.Problems;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Checks the paths of task instances. The rules, sound for whatever is built together with whatever:
///
/// - Every path leads to something below the project directory.
/// - No output of one task is the same as, or inside, one of another: each path of an input tree has one origin,
///   and so has each path of an artifact.
/// - No output shares a path with a directory that its task keeps, nor do two of these with one another: what a
///   task makes does not depend on what ran before.
final class InstanceChecks {
    /// How many different outputs the instances may have, for each is compared with each.
    static final int MAX_OUTPUTS = 2000;

    private record Output(String task, int index, String pattern) {
        String where() {
            return "/tasks/" + task + "/outputs/" + index;
        }
    }

    private final Problems problems;
    private final Map<String, Globs> parsed = new HashMap<>();

    InstanceChecks(Problems problems) {
        this.problems = problems;
    }

    void run(List<TaskInstance> instances) {
        var outputs = new LinkedHashSet<Output>();
        for (var instance : instances) {
            var where = "/tasks/" + instance.task();
            checkCommand(instance, where + "/run");
            for (var i = 0; i < instance.inputs().size(); i++) {
                globs(instance.inputs().get(i), where + "/inputs/" + i);
            }
            for (var i = 0; i < instance.outputs().size(); i++) {
                outputs.add(new Output(instance.task(), i, instance.outputs().get(i)));
            }
            if (!instance.directory().isEmpty()) {
                checkPlain(instance.directory(), where + "/directory");
            }
            for (var i = 0; i < instance.cache().size(); i++) {
                checkPlain(instance.cache().get(i), where + "/cache/" + i);
            }
            checkCache(instance);
        }
        checkOutputs(List.copyOf(outputs));
        checkArtifactDirectories(instances);
    }

    private void checkCommand(TaskInstance instance, String where) {
        if (instance.command().getFirst().isEmpty()) {
            problems.add(where, "Found an empty program name");
        }
    }

    private void checkOutputs(List<Output> outputs) {
        if (outputs.size() > MAX_OUTPUTS) {
            problems.add("/tasks", "Found more than %d different outputs".formatted(MAX_OUTPUTS));
            return;
        }
        for (var output : outputs) {
            if (output.pattern().startsWith("!")) {
                problems.add(
                        output.where(),
                        "Found `%s`, but outputs cannot exclude: name what is wanted"
                                .formatted(RelativePath.printable(output.pattern())));
            }
        }
        for (var i = 0; i < outputs.size(); i++) {
            var globs = globs(outputs.get(i).pattern(), outputs.get(i).where());
            for (var j = 0; j < i && globs.isPresent(); j++) {
                checkCollision(outputs.get(i), globs.get(), outputs.get(j));
            }
        }
    }

    private void checkCollision(Output output, Globs globs, Output other) {
        if (output.task().equals(other.task())) {
            return;
        }
        var theirs = globs(other.pattern(), other.where());
        if (theirs.isPresent() && theirs.get().mayOverlap(globs)) {
            problems.add(
                    output.where(),
                    "Output `%s` collides with `%s` of task `%s`: each path can be made by one task only"
                            .formatted(
                                    RelativePath.printable(output.pattern()),
                                    RelativePath.printable(other.pattern()),
                                    other.task()));
        }
    }

    private void checkCache(TaskInstance instance) {
        var where = "/tasks/" + instance.task();
        var cache = instance.cache();
        for (var i = 0; i < cache.size(); i++) {
            var kept = globs(Globs.quote(cache.get(i)), where + "/cache/" + i);
            for (var j = 0; j < i && kept.isPresent(); j++) {
                var other = globs(Globs.quote(cache.get(j)), where + "/cache/" + j);
                if (other.isPresent() && other.get().mayOverlap(kept.get())) {
                    problems.add(
                            where + "/cache/" + i,
                            "Directory `%s` overlaps `%s`, which is kept as well"
                                    .formatted(cache.get(i), cache.get(j)));
                }
            }
            for (var j = 0; j < instance.outputs().size() && kept.isPresent(); j++) {
                var output = instance.outputs().get(j);
                var made = globs(output, where + "/outputs/" + j);
                if (made.isPresent() && made.get().mayOverlap(kept.get())) {
                    problems.add(
                            where + "/outputs/" + j,
                            "Output `%s` overlaps `%s` under `cache`: it would depend on what ran before"
                                    .formatted(RelativePath.printable(output), cache.get(i)));
                }
            }
        }
    }

    /// Artifacts of different combinations are kept apart by directories, whose names no other artifact may have.
    private void checkArtifactDirectories(List<TaskInstance> instances) {
        Set<String> directories = new LinkedHashSet<>();
        instances.forEach(instance -> directories.add(instance.artifactDirectory()));
        for (var instance : instances) {
            for (var i = 0;
                    i < instance.outputs().size() && instance.combination().isEmpty();
                    i++) {
                var where = "/tasks/" + instance.task() + "/outputs/" + i;
                var anchors = globs(instance.outputs().get(i), where).map(Globs::anchors);
                for (var anchor : anchors.isPresent() ? anchors.get() : List.<String>of()) {
                    var top = anchor.split("/", 2)[0];
                    if (!top.isEmpty() && directories.contains(top)) {
                        problems.add(
                                where,
                                "Output `%s` would be published among the artifacts of the combination `%s`"
                                        .formatted(RelativePath.printable(anchor), top));
                    }
                }
            }
        }
    }

    private void checkPlain(String path, String where) {
        if (path.chars().anyMatch(c -> "*?[]{}\\".indexOf(c) >= 0)) {
            problems.add(
                    where,
                    "Path `%s` has a wildcard, allowed here is the plain path of a directory"
                            .formatted(RelativePath.printable(path)));
        } else {
            globs(Globs.quote(path), where);
        }
    }

    /// Returns a pattern if it is one, and notes once why it is not.
    private Optional<Globs> globs(String pattern, String where) {
        if (problems.anyAt(where)) {
            return Optional.empty();
        }
        var known = parsed.get(pattern);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            var globs = Globs.of(List.of(pattern));
            parsed.put(pattern, globs);
            return Optional.of(globs);
        } catch (SteadingException e) {
            problems.add(where, e.failure().message());
            return Optional.empty();
        }
    }
}
