// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.execute.WarmDirectory;
import build.steading.failure.ByteSize;
import build.steading.worker.output.DeclaredOutputs;
import build.steading.worker.sandbox.Place;
import build.steading.worker.sandbox.RunSpec;
import build.steading.worker.sandbox.Sandbox;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Turns a task into what the runner is told.
///
/// The environment is what the action declares, and what it cannot do without where it declares nothing: `PATH`,
/// `HOME` and `TMPDIR` (private directories), `LANG` (`C.UTF-8`, so that tools read and write UTF-8 everywhere),
/// and `STEADING_SLOTS` (how many processors the command may keep busy).
record CommandLine(Machine machine, Task task, List<WarmDirectory> warm) {
    /// Where actions find programs, unless they declare something else.
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    RunSpec spec(Place place) {
        var sandbox = machine.sandbox(task);
        var limits = machine.config().limits();
        var spec = new RunSpec(place, sandbox.root(place))
                .command(task.arguments(), environment(place))
                .workingDirectory(task.outputs().workingDirectory())
                .timeout(task.timeout(), limits.killGrace())
                .limits(task.memoryBytes(), task.tasks(), limits.fileBytes())
                .nice(machine.config().terms().nice());
        directories(task.outputs()).forEach(spec::makeDirectory);
        warm.forEach(each -> spec.makeDirectory(each.path()));
        if (task.rooted()) {
            spec.makeDirectory("tmp/home");
        }
        sandbox.confine(spec, place, grants());
        return spec;
    }

    /// Returns whether the command needs nothing special of its sandbox.
    boolean isUsual() {
        return !task.rooted() && grants().equals(Sandbox.Grants.NOTHING);
    }

    private Sandbox.Grants grants() {
        var shown =
                compiles().map(service -> service.shown(machine.sandbox(task))).orElse(Map.of());
        return new Sandbox.Grants(task.network(), shown);
    }

    private Map<String, String> environment(Place place) {
        var tmp = machine.sandbox(task).tmp(place);
        var environment = new TreeMap<>(task.environment());
        environment.putIfAbsent("PATH", PATH);
        environment.putIfAbsent("HOME", tmp.resolve("home").toString());
        environment.putIfAbsent("TMPDIR", tmp.toString());
        environment.putIfAbsent("LANG", "C.UTF-8");
        environment.putIfAbsent(
                "STEADING_SLOTS", Integer.toString(machine.config().limits().cpus()));
        compiles()
                .map(service -> service.furnish(place, machine.sandbox(task), environment.getOrDefault("PATH", PATH)))
                .ifPresent(environment::putAll);
        return environment;
    }

    /// Returns what the command's compilers use of the farm: without it they run as they would anyway.
    private Optional<CompileService> compiles() {
        return machine.config()
                .compiles()
                .filter(_ -> task.distributed() && !task.rooted())
                .filter(CompileService::ready);
    }

    /// Returns the parents of all outputs, relative to the input root. The outputs themselves are the command's
    /// to make.
    private static Set<String> directories(DeclaredOutputs outputs) {
        var prefix = outputs.workingDirectory().isEmpty() ? "" : outputs.workingDirectory() + "/";
        var parents = new LinkedHashSet<String>();
        for (var paths : List.of(outputs.paths(), outputs.files(), outputs.directories())) {
            for (var path : paths) {
                var end = path.replaceAll("/+$", "").lastIndexOf('/');
                if (end > 0) {
                    parents.add(prefix + path.substring(0, end));
                }
            }
        }
        return parents;
    }

    static String sayMemory(long bytes) {
        return "killed: it used more memory than %s".formatted(new ByteSize(bytes));
    }

    static String say(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? duration.toSeconds() + " s"
                : "%.3f s".formatted(duration.toMillis() / 1000.0);
    }
}
