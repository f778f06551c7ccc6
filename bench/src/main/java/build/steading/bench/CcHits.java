// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Stage.Timing;
import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/// Compiles whose result is known, and one file that is edited, on this machine alone.
final class CcHits {
    private static final int NATIVE_RUNS = 5;
    private static final int JOBS = 2;

    private final Stage stage;
    private final Table table;
    private final CcBench.Size size;
    private final CcProject project;
    private final Map<String, List<String>> tools = new LinkedHashMap<>();

    CcHits(Stage stage, Table table, CcBench.Size size) throws IOException {
        this.stage = stage;
        this.table = table;
        this.size = size;
        this.project = new CcProject(stage.directory().resolve("hits"));
    }

    /// A source and its compiler, and what its figures should be.
    private record Kind(String compiler, String source, String latency, String rate) {
        List<String> by(List<String> prefix, String output) {
            return CcProcess.compile(prefix, List.of(compiler, "-O2", "-c", source, "-o", output));
        }
    }

    /// @param caches what to put before a compiler's name, by the name of each other program
    void run(Map<String, List<String>> caches) throws IOException, InterruptedException {
        project.write("hello.c", CcProject.HELLO.formatted("world"));
        project.heavy("heavy.cc", "");
        tools.put("steading", CcProcess.prefix(stage));
        tools.putAll(caches);
        var process = new CcProcess(stage, project);
        process.prime();
        var before = process.counts();
        var bare = stage.time(project.root(), size.warmups(), size.calls(), "/bin/true");
        for (var kind : List.of(
                new Kind("gcc", "hello.c", "<= 2.5", ">= 550"), new Kind("g++", "heavy.cc", "<= 3.5", ">= 450"))) {
            latency(kind, bare);
            rate(kind);
        }
        table.note(process.since(before, "alone, known"));
        new CcEdit(stage, table, size, project).run("alone");
        stage.stop();
    }

    private void latency(Kind kind, Timing bare) throws IOException, InterruptedException {
        var commands = new ArrayList<List<String>>();
        for (var tool : tools.entrySet()) {
            commands.add(kind.by(tool.getValue(), tool.getKey() + ".o"));
        }
        var _ = new Crew(stage, project.root(), JOBS)
                .run(size.lessons() / JOBS, member -> kind.by(CcProcess.prefix(stage), "lesson%d.o".formatted(member)));
        var cpuBefore = stage.processCpu();
        var timings = stage.alternate(project.root(), size.warmups(), size.calls(), commands);
        var cpu = (stage.processCpu() - cpuBefore) / (size.warmups() + size.calls());
        var plain = stage.time(
                project.root(), 1, NATIVE_RUNS, kind.by(List.of(), "plain.o").toArray(String[]::new));
        var names = List.copyOf(tools.keySet());
        var direct = new Reference(kind.compiler(), plain.wall());
        var other =
                names.size() > 1 ? new Reference(names.get(1), timings.get(1).wall()) : direct;
        var ours = timings.getFirst();
        table.add(kind.source() + ": known, ms", kind.latency(), ours.wall(), other);
        table.add("  the same, 95th percentile", "", ours.wall().percentile(95), percentile(other));
        table.add("  CPU of the launcher, ms", "<= 0.7", ours.cpu(), new Reference("/bin/true", bare.cpu()));
        table.add("  CPU of the background process, ms a call", "", Samples.of(cpu));
        for (var i = 1; i < names.size(); i++) {
            table.add("  %s, ms".formatted(names.get(i)), "", timings.get(i).wall(), direct);
            table.add("    CPU, ms", "", timings.get(i).cpu());
        }
    }

    private static Reference percentile(Reference reference) {
        return new Reference(reference.what(), reference.measured().percentile(95));
    }

    private void rate(Kind kind) throws IOException, InterruptedException {
        var crew = new Crew(stage, project.root(), JOBS);
        var floor = crew.run(size.calls(), _ -> List.of("/bin/true")).rate();
        for (var tool : tools.entrySet()) {
            IntFunction<List<String>> calls = member -> kind.by(tool.getValue(), tool.getKey() + member + ".o");
            var _ = crew.run(1, calls);
            var shift = crew.run(size.calls(), calls);
            var target = tool.getKey().equals("steading") ? kind.rate() : "";
            var what = "  %s, known, at -j%d, /s".formatted(tool.getKey(), JOBS);
            table.add(what, target, Samples.of(shift.rate()), new Reference("/bin/true", Samples.of(floor)));
        }
    }
}
