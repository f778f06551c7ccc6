// SPDX-License-Identifier: Apache-2.0
package build.steading.server.hook;

import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.notify.Links;
import build.steading.notify.Report;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What a webhook is told: names and forms are those of `--json`, and are kept. Addresses of people are left out.
final class Payload {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Payload() {}

    /// Returns a JSON object in UTF-8.
    static byte[] of(Report report, Links links) {
        var build = report.build();
        var json = new LinkedHashMap<String, Object>();
        json.put("type", "build." + word(build.state()));
        json.put("timestamp", build.ended().orElse(build.created()).toString());
        json.put("data", build(report, links));
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Plain values have a JSON form", e);
        }
    }

    private static Map<String, Object> build(Report report, Links links) {
        var build = report.build();
        var source = build.spec().source();
        var json = new LinkedHashMap<String, Object>();
        json.put("build", build.id().value());
        json.put("project", build.spec().project());
        json.put("state", word(build.state()));
        json.put("note", build.note());
        json.put("repository", source.repository());
        json.put("directory", source.directory());
        json.put("revision", source.revision().name());
        json.put("commit", source.revision().commit());
        json.put("uncommitted", source.revision().uncommitted());
        json.put("subject", source.revision().subject());
        json.put("options", build.spec().options());
        json.put("matrix", build.spec().matrix());
        json.put("tasks_requested", build.spec().tasks());
        json.put("forced", build.spec().force());
        json.put("created", build.created().toString());
        put(json, "started", build.started());
        put(json, "ended", build.ended());
        json.put(
                "requesters",
                report.requests().stream()
                        .map(RequestRecord::requester)
                        .distinct()
                        .toList());
        json.put("tasks", build.tasks().stream().map(Payload::task).toList());
        links.page(build.id()).ifPresent(page -> json.put("url", page));
        return json;
    }

    private static Map<String, Object> task(TaskRecord task) {
        var json = new LinkedHashMap<String, Object>();
        json.put("task", task.name());
        json.put("state", word(task.state()));
        json.put("cached", task.how().cached());
        json.put("joined", task.how().joined());
        if (task.how().exitCode() >= 0) {
            json.put("exit_code", task.how().exitCode());
        }
        json.put("note", task.how().note());
        json.put("worker", task.worker());
        put(json, "started", task.times().started());
        put(json, "ended", task.times().ended());
        return json;
    }

    private static void put(Map<String, Object> json, String name, Optional<Instant> time) {
        time.ifPresent(value -> json.put(name, value.toString()));
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
