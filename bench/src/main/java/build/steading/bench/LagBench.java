// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import build.steading.bench.Table.Reference;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// How much later a user reads what a command printed: each line is the time at which it was made.
final class LagBench {
    private static final int WARMUPS = 40;
    private static final int LINES = 200;
    private static final String COMMAND =
            "for i in $(seq %d); do date +%%s%%N; sleep 0.05; done".formatted(WARMUPS + LINES);

    private final Stage stage;
    private final Table table;

    LagBench(Stage stage, Table table) {
        this.stage = stage;
        this.table = table;
    }

    void run() throws IOException, InterruptedException {
        var definition = "project: clock\ntasks:\n  clock: {run: \"%s\"}\n".formatted(COMMAND);
        var project = stage.repository("clock", Map.of("steading.yaml", definition));
        var steading = stage.distribution().resolve("steading").toString();
        var bare = lags(project, List.of("/bin/sh", "-c", COMMAND));
        var build = stage.steading(project, "build", "--force", "--detach").strip();
        var lag = lags(project, List.of(steading, "log", "-f", build, "clock"));
        table.add("live log: line printed to line read, ms", "<= 5", lag, new Reference("pipe", bare));
        table.add("  the same, 95th percentile", "<= 20", lag.percentile(95));
    }

    private Samples lags(Path project, List<String> command) throws IOException {
        var process = stage.builder(project, command).start();
        var lags = new ArrayList<Double>();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                lags.add((nanos(Instant.now()) - Long.parseLong(line)) / 1e6);
            }
        }
        return new Samples(lags.subList(WARMUPS, lags.size()));
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }
}
