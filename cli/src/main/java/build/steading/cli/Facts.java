// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.cli.door.Home;
import build.steading.failure.SteadingException;
import build.steading.schedule.Snapshot;
import build.steading.schedule.Snapshot.WorkerStatus;
import build.steading.server.farm.Farm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// What there is to know of the farm as a whole, in the form that `steading status --json` prints. Thread-safe.
final class Facts {
    private final Home home;
    private final String version;
    private final LongSupplier storeBytes;
    private final Farm farm;
    private final Instant started;

    Facts(Home home, String version, LongSupplier storeBytes, Farm farm, Instant started) {
        this.home = home;
        this.version = version;
        this.storeBytes = storeBytes;
        this.farm = farm;
        this.started = started;
    }

    Map<String, Object> all() {
        var snapshot = farm.snapshot();
        var facts = new LinkedHashMap<String, Object>();
        facts.put("version", version);
        facts.put("pid", ProcessHandle.current().pid());
        facts.put("started", started.toString());
        facts.put("home", home.directory().toString());
        facts.put("reapi", "unix:" + home.run().resolve("reapi.sock"));
        facts.put("memory", residentBytes());
        facts.put("store", storeBytes.getAsLong());
        var running = snapshot.running() + snapshot.parked();
        facts.put("actions", Map.of("running", running, "queued", snapshot.queued()));
        facts.put("workers", workers(snapshot));
        return facts;
    }

    private Map<String, Object> workers(Snapshot snapshot) {
        var workers = new LinkedHashMap<String, Object>();
        for (var worker : snapshot.workers()) {
            workers.put(worker.id().name(), worker(worker));
        }
        return workers;
    }

    /// Returns the most important of what is known of a worker.
    Map<String, Object> worker(WorkerStatus worker) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("slots", worker.slots());
        facts.put("busy", worker.running().size() + worker.parked());
        facts.put("sandbox", worker.properties().values().getOrDefault("sandbox", "unknown"));
        if (!worker.remark().isEmpty()) {
            facts.put("remark", worker.remark());
        }
        if (worker.silent()) {
            facts.put("silent", true);
        }
        if (worker.health().quarantined()) {
            facts.put("quarantine", worker.health().reason());
            worker.health().until().ifPresent(until -> facts.put("quarantine-until", until.toString()));
        }
        return facts;
    }

    /// What `/proc/self/status` calls VmRSS.
    static long residentBytes() {
        try {
            for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
            return 0;
        } catch (IOException e) {
            throw SteadingException.unavailable("`/proc/self/status` cannot be read", e);
        }
    }
}
