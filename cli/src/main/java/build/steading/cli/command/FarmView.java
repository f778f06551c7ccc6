// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.compile.service.Statistics.Counts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Words for what a farm is doing at a moment: one line for it all, one for each worker, one for compiles. Not
/// thread-safe: it remembers the last moment, for rates.
final class FarmView {
    private static final int BAR = 20;

    private Optional<Counts> before = Optional.empty();

    /// @param facts as `steading status --json` has them
    /// @param compiles what became of compiles; empty where there are none
    /// @param since the last call
    List<String> lines(Map<String, Object> facts, Optional<Counts> compiles, Duration since) {
        var lines = new ArrayList<String>();
        var workers = facts.get("workers") instanceof Map<?, ?> all ? all : Map.of();
        lines.add(summary(facts, workers));
        workers.forEach((name, worker) -> lines.add(worker(String.valueOf(name), (Map<?, ?>) worker)));
        compiles.ifPresent(counts -> lines.addAll(compiles(counts, since)));
        before = compiles;
        return lines;
    }

    private static String summary(Map<String, Object> facts, Map<?, ?> workers) {
        var slots = 0;
        var busy = 0;
        for (var worker : workers.values()) {
            slots += number((Map<?, ?>) worker, "slots");
            busy += number((Map<?, ?>) worker, "busy");
        }
        var actions = facts.get("actions") instanceof Map<?, ?> map ? map : Map.of();
        return "%s, %d of %d slots busy, %d running, %d queued"
                .formatted(
                        workers.size() == 1 ? "1 worker" : workers.size() + " workers",
                        busy,
                        slots,
                        number(actions, "running"),
                        number(actions, "queued"));
    }

    private static String worker(String name, Map<?, ?> facts) {
        if (Boolean.FALSE.equals(facts.get("connected"))) {
            return "%-24s  not connected".formatted(name);
        }
        var slots = number(facts, "slots");
        var busy = number(facts, "busy");
        var full = slots == 0 ? 0 : Math.min(BAR, (busy * BAR + slots - 1) / slots);
        var remark = facts.get("remark");
        return "%-24s  %s%s  %s%s"
                .formatted(
                        name,
                        "█".repeat(full),
                        "·".repeat(BAR - full),
                        WorkersCommand.use(facts),
                        remark == null ? "" : ", " + remark);
    }

    private List<String> compiles(Counts counts, Duration since) {
        var seconds = Math.max(0.001, since.toNanos() / 1e9);
        var rate = before.map(earlier -> (counts.compiles() - earlier.compiles()) / seconds);
        return List.of("compiles: %d%s; %d known already, %d on the farm, %d here, %d of these as the farm could not"
                .formatted(
                        counts.compiles(),
                        rate.map(", %.1f/s"::formatted).orElse(""),
                        counts.hits(),
                        counts.remote(),
                        counts.local(),
                        counts.failed()));
    }

    private static int number(Map<?, ?> facts, String name) {
        return facts.get(name) instanceof Number number ? number.intValue() : 0;
    }
}
