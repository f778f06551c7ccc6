// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/// What passes between members of a farm and its server: when a project is compiled that nobody has seen, and
/// when the results are known to the farm.
final class CcBytes {
    private static final double KIB = 1024;
    private static final int SLOTS = 4;
    private static final int JOBS = 2;
    private static final Pattern TOKEN = Pattern.compile("st1-[a-z0-9-]+");

    private final Stage stage;
    private final Table table;
    private final CcProject project;
    private final CcProcess process;
    private final int each;

    CcBytes(Stage stage, Table table, CcBench.Size size) throws IOException {
        this.stage = stage;
        this.table = table;
        this.project = new CcProject(stage.directory().resolve("bytes"));
        this.process = new CcProcess(stage, project);
        this.each = size.sources() / 2 / JOBS;
    }

    void run() throws IOException, InterruptedException {
        for (var member = 0; member < JOBS; member++) {
            project.sources("m%d-%%d.cc".formatted(member), each, "of " + member);
        }
        try (var farm = new SmallFarm(stage, "bytes", "");
                var relay = new CountingRelay(farm.port())) {
            farm.startWorker("w1", SLOTS);
            var admin = stage.directory().resolve("farm-bytes/home").toString();
            measure(relay, admin);
            stage.with("STEADING_HOME", admin);
        }
    }

    private void measure(CountingRelay relay, String admin) throws IOException, InterruptedException {
        var before = relay.traffic();
        join(relay, "bob", admin);
        process.prime();
        var first = relay.traffic().since(before).total() / KIB / KIB;
        table.add("First compile of a farm, with the compiler, MiB", "", Samples.of(first));
        var compiled = compileAll(relay);
        add("C++, never seen: bytes a compile, KiB", "<= 60", compiled.total());
        add("  of these sent", "", compiled.sent());
        var objects = objectBytes();
        add("  size of an object, KiB", "", objects);

        stage.stop();
        process.counts();
        add(
                "Known to the farm, process just started: bytes a hit, KiB",
                "<= 0.5",
                compileAll(relay).total());
        add("  once more: known to the process", "0", compileAll(relay).total());
        stage.stop();
        join(relay, "eve", admin);
        process.counts();
        var hits = compileAll(relay);
        add("  by another user, beyond the object", "<= 0.5", hits.total() - objects);
        add("    with the object", "", hits.total());
        add("    of these sent", "", hits.sent());
        stage.stop();
    }

    private void add(String what, String target, long bytes) {
        table.add(what, target, Samples.of(bytes / KIB / (JOBS * each)));
    }

    /// Makes a new user act on the stage, who reaches the farm by the relay.
    private void join(CountingRelay relay, String name, String admin) throws IOException, InterruptedException {
        stage.with("STEADING_HOME", admin);
        var printed = stage.steading(stage.directory(), "token", "create", "builder");
        var token = TOKEN.matcher(printed).results().findFirst().orElseThrow().group();
        stage.stop();
        stage.with("STEADING_HOME", stage.directory().resolve(name).toString());
        stage.steading(stage.directory(), "join", relay.address(), "--token", token, "--name", name);
    }

    private CountingRelay.Traffic compileAll(CountingRelay relay) throws IOException, InterruptedException {
        var counts = process.counts();
        var before = relay.traffic();
        new Crew(stage, project.root(), JOBS).run(each, member -> {
            var files =
                    List.of("g++", "-O0", "-c", "m%d-%%d.cc".formatted(member), "-o", "m%d-%%d.o".formatted(member));
            return CcProcess.compile(CcProcess.prefix(stage), files);
        });
        var traffic = relay.traffic().since(before);
        table.note(process.since(counts, "bytes"));
        return traffic;
    }

    private long objectBytes() throws IOException {
        long bytes = 0;
        try (var files = Files.newDirectoryStream(project.root(), "m*.o")) {
            for (var file : files) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }
}
