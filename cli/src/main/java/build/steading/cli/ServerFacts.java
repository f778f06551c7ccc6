// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.auth.Member;
import build.steading.auth.MemberBook;
import build.steading.auth.Role;
import build.steading.build.BuildRecord;
import build.steading.cli.command.Json;
import build.steading.schedule.Snapshot.WorkerStatus;
import build.steading.schedule.WorkerId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What there is to know of a farm and its machines, as `steading status --json` and `GET /status` say it.
/// Thread-safe.
final class ServerFacts {
    private static final int FAILED_SHOWN = 5;

    private final Facts facts;
    private final Engine engine;
    private final MemberBook members;

    ServerFacts(Facts facts, Engine engine, MemberBook members) {
        this.facts = facts;
        this.engine = engine;
        this.members = members;
    }

    String json() {
        return Json.text(all());
    }

    Map<String, Object> all() {
        var all = new LinkedHashMap<>(facts.all());
        all.put(
                "builds",
                engine.allBuilds().underWay().stream().map(ServerFacts::build).toList());
        all.put("messages", messages());
        all.put("workers", workers());
        return all;
    }

    private static Map<String, Object> build(BuildRecord build) {
        var source = build.spec().source();
        var said = new LinkedHashMap<String, Object>();
        said.put("build", build.id().value());
        said.put("project", build.spec().project());
        said.put("revision", source.revision().name());
        said.put("commit", source.revision().commit());
        said.put("source", source.origin());
        said.put("state", build.state().name().toLowerCase(Locale.ROOT));
        said.put("asked", build.created().toString());
        build.started().ifPresent(started -> said.put("started", started.toString()));
        return said;
    }

    /// How telling people stands; see docs/telling.md.
    private Map<String, Object> messages() {
        var summary = engine.outbox().summary(FAILED_SHOWN);
        var said = new LinkedHashMap<String, Object>();
        said.put("pending", summary.pending());
        said.put("late", summary.late());
        said.put("failed", summary.failed());
        if (!summary.newestFailed().isEmpty()) {
            said.put(
                    "newest-failed",
                    summary.newestFailed().stream()
                            .map(message -> "%s: %s".formatted(message.notice().recipient(), message.error()))
                            .toList());
        }
        return said;
    }

    private Map<String, Object> workers() {
        var connected = engine.farm().snapshot().workers().stream()
                .collect(Collectors.toMap(WorkerStatus::id, Function.identity()));
        var workers = new LinkedHashMap<String, Object>();
        for (var member : members.all()) {
            if (member.identity().role() == Role.WORKER) {
                var status = connected.remove(new WorkerId(member.identity().name()));
                var said = status == null ? new LinkedHashMap<String, Object>() : whole(status);
                said.put("connected", status != null);
                said.putAll(member(member));
                workers.put(member.identity().name(), said);
            }
        }
        connected.forEach((id, status) -> workers.put(id.name(), whole(status)));
        return workers;
    }

    private Map<String, Object> whole(WorkerStatus worker) {
        var said = facts.worker(worker);
        said.put("properties", worker.properties().values());
        said.put("policy", worker.policy().expression());
        said.put("failure-score", Math.round(worker.health().score() * 100) / 100.0);
        said.put(
                "running",
                worker.running().stream()
                        .map(attempt -> Map.of(
                                "project", attempt.project(),
                                "requester", attempt.requester(),
                                "action", attempt.key(),
                                "since", attempt.since().toString()))
                        .toList());
        return said;
    }

    private static Map<String, Object> member(Member member) {
        var said = new LinkedHashMap<String, Object>();
        said.put("state", member.state().name().toLowerCase(Locale.ROOT));
        said.put("certificate-until", member.expires().toString());
        member.seen().ifPresent(seen -> said.put("seen", seen.toString()));
        return said;
    }
}
