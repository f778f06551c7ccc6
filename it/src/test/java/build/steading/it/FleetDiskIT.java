// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The disk of a farm's server is full for a while: whoever builds waits, and nothing is lost.
class FleetDiskIT {
    @Test
    void whatIsBuiltWhileTheServersDiskIsFullEndsOnceThereIsRoom() throws IOException {
        var fleet = new Fleet();
        try (var disk = Disk.mounted(Distribution.TOP.resolve("small-disk"), "64m")) {
            fleet.begin(getClass().getSimpleName(), disk.directory());
            try {
                buildOn(fleet, disk);
            } finally {
                fleet.end();
            }
        }
    }

    private static void buildOn(Fleet fleet, Disk disk) throws IOException {
        var worker = fleet.worker("one");
        var ann = fleet.user("ann");
        worker.awaitReady();
        var repository = ann.repository("full");
        var gate = Gate.in(ann.directory("gate"));
        repository.write("steading.yaml", """
            project: full
            options: {word: {type: string, default: a, help: "What is made."}}
            tasks:
              make:
                run: "%s; head -c 6000000 /dev/zero > made; echo ${options.word} >> made"
                outputs: [made]
            """.formatted(gate.script())).commit("Begin");
        var build = ann.detached(repository);
        ann.awaitPrinted(build, "ready");

        var filling = disk.fill();
        gate.open();
        await("failed upload")
                .atMost(Program.PATIENCE)
                .until(() -> ann.run(repository, "why", build).out().contains("No space left on device"));
        var said = fleet.top().resolve("said");
        var second = Program.start(
                repository.directory(),
                Map.of("STEADING_HOME", ann.home().toString()),
                List.of("/bin/sh", "-c", "exec '%s' build -o word=b 2> '%s'".formatted(Distribution.launcher(), said)));
        await("refusal")
                .atMost(Program.PATIENCE)
                .until(() -> Files.readString(said).contains("database or disk is full"));
        Files.delete(filling);

        var attached = ann.run(repository, "attach", build);
        assertThat(attached.exitCode()).as(attached.all()).isZero();
        var waited = second.await();
        assertThat(waited.exitCode()).as(waited.all()).isZero();
        assertThat(ann.build(repository, "-o", "word=c").get("state").asText()).isEqualTo("succeeded");
        assertThat(repository.path("build/steading/main/made"))
                .satisfies(made ->
                        assertThat(Files.readString(made)).endsWith("c\n").hasSize(6_000_002));
        assertThat(ann.json(repository, "builds", "--json"))
                .hasSize(3)
                .allMatch(each -> each.get("state").asText().equals("succeeded"));
        assertThat(fleet.workers().at("/one/quarantine").asText()).isEmpty();
    }
}
