// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Compiles of a member of a farm, whose server and worker are on this machine: what they cost him, and how much
/// longer they take.
final class CcRemote {
    private static final String STEADING = "steading";
    private static final String WORKER = "w1";
    private static final int SLOTS = 4;
    private static final int JOBS = 2;
    private static final int HELLO_WARMUPS = 40;

    private final Stage stage;
    private final Table table;
    private final CcBench.Size size;
    private final CcProject project;
    private final CcProcess process;
    private final Map<String, List<String>> tools = new LinkedHashMap<>();

    CcRemote(Stage stage, Table table, CcBench.Size size) throws IOException {
        this.stage = stage;
        this.table = table;
        this.size = size;
        this.project = new CcProject(stage.directory().resolve("remote"));
        this.process = new CcProcess(stage, project);
    }

    /// @param remotes what to put before a compiler's name, by the name of each other program
    void run(Map<String, List<String>> remotes) throws IOException, InterruptedException {
        tools.put(STEADING, CcProcess.prefix(stage));
        tools.putAll(remotes);
        try (var farm = new SmallFarm(stage, "cc", "")) {
            farm.startWorker(WORKER, SLOTS);
            process.prime();
            var copies = CcProject.otherHeaders(stage, stage.directory().resolve("copies"));
            var before = process.counts();
            practise();
            write("warm");
            var _ = compileAll(farm, STEADING, copies);
            write("cold");
            cost(farm, "never seen", "<= 6");
            write("with another comment");
            cost(farm, "headers known", "<= 2");
            overhead();
            new CcEdit(stage, table, size, project).run("member");
            table.note(process.since(before, "member, compiled"));
        }
    }

    /// Has processes compile many small sources, each another one, so that their own code is compiled; and again
    /// after they were edited.
    private void practise() throws IOException, InterruptedException {
        practise("new");
        practise("edited");
    }

    private void practise(String state) throws IOException, InterruptedException {
        var each = size.practice() / JOBS;
        for (var member = 0; member < JOBS; member++) {
            for (var i = 0; i < each; i++) {
                var greeting = "%d-%d %s".formatted(member, i, state);
                project.write("p%d-%d.c".formatted(member, i), CcProject.HELLO.formatted(greeting));
            }
        }
        var prefix = Objects.requireNonNull(tools.get(STEADING));
        var _ = new Crew(stage, project.root(), JOBS).run(each, member -> {
            var source = "p%d-%%d.c".formatted(member);
            return CcProcess.compile(prefix, List.of("gcc", "-O2", "-c", source, "-o", "p%d-%%d.o".formatted(member)));
        });
    }

    private int each() {
        return size.sources() / JOBS;
    }

    private void write(String comment) throws IOException {
        for (var member = 0; member < JOBS; member++) {
            project.sources("m%d-%%d.cc".formatted(member), each(), comment + " by " + member);
        }
    }

    /// CPU of all processes, in milliseconds a compile.
    private record Cost(double launcher, double process, double server, double worker) {}

    private Cost compileAll(SmallFarm farm, String tool, List<String> options)
            throws IOException, InterruptedException {
        var prefix = Objects.requireNonNull(tools.get(tool));
        var crew = new Crew(stage, project.root(), JOBS);
        var process = stage.processCpu();
        var server = Stage.cpu(farm.server().pid());
        var worker = Stage.cpu(farm.worker(WORKER).pid());
        var shift = crew.run(each(), member -> {
            var rest = new ArrayList<>(List.of("g++", "-O0", "-c"));
            rest.addAll(options);
            rest.addAll(List.of("m%d-%%d.cc".formatted(member), "-o", "%s%d-%%d.o".formatted(tool, member)));
            return CcProcess.compile(prefix, rest);
        });
        return new Cost(
                shift.cpuMillis(),
                (stage.processCpu() - process) / shift.commands(),
                (Stage.cpu(farm.server().pid()) - server) / shift.commands(),
                (Stage.cpu(farm.worker(WORKER).pid()) - worker) / shift.commands());
    }

    private void cost(SmallFarm farm, String state, String target) throws IOException, InterruptedException {
        var ours = compileAll(farm, STEADING, List.of());
        var others = new LinkedHashMap<String, Samples>();
        for (var tool : tools.keySet()) {
            if (!tool.equals(STEADING)) {
                others.put(tool, Samples.of(compileAll(farm, tool, List.of()).launcher()));
            }
        }
        add(
                "C++, %s: CPU of the client, ms a compile".formatted(state),
                target,
                ours.launcher() + ours.process(),
                others);
        table.add("  of the launcher", "", Samples.of(ours.launcher()));
        table.add("  of the background process", "", Samples.of(ours.process()));
        table.add("  CPU of the server, ms a compile", "", Samples.of(ours.server()));
        table.add("  CPU of the worker without compilers", "", Samples.of(ours.worker()));
    }

    private void add(String what, String target, double ours, Map<String, Samples> others) {
        if (others.isEmpty()) {
            table.add(what, target, Samples.of(ours));
        }
        others.forEach((name, samples) -> table.add(what, target, Samples.of(ours), new Reference(name, samples)));
    }

    /// How much longer the smallest compile takes than with the compiler itself, each of another source.
    private void overhead() throws IOException, InterruptedException {
        for (var i = 0; i < size.calls() + HELLO_WARMUPS; i++) {
            project.write("hello-%d.c".formatted(i), CcProject.HELLO.formatted(i));
        }
        var commands = new ArrayList<List<String>>();
        commands.add(hello(List.of(), "plain"));
        for (var tool : tools.entrySet()) {
            commands.add(hello(tool.getValue(), tool.getKey()));
        }
        var timings = stage.alternate(project.root(), HELLO_WARMUPS, size.calls(), commands);
        var plain = timings.getFirst().wall();
        var names = List.copyOf(tools.keySet());
        for (var i = 0; i < names.size(); i++) {
            var wall = timings.get(i + 1).wall();
            var target = i == 0 ? "<= 5" : "";
            var over = Samples.of(wall.median() - plain.median());
            table.add("member: hello.c by %s, over gcc, ms".formatted(names.get(i)), target, over);
            table.add("  shortest to shortest", target, Samples.of(wall.min() - plain.min()));
            table.add("  the compile, ms", "", wall, new Reference("gcc", plain));
        }
    }

    private static List<String> hello(List<String> prefix, String output) {
        return CcProcess.compile(prefix, List.of("gcc", "-O2", "-c", "hello-%d.c", "-o", output + "-%d.o"));
    }
}
