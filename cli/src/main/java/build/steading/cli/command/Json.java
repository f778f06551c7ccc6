// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.api.v1.TokenInfo;
import build.steading.build.BuildRecord;
import build.steading.build.Causes;
import build.steading.build.RequestRecord;
import build.steading.build.TaskRecord;
import build.steading.digest.Digest;
import build.steading.failure.Failure;
import build.steading.failure.SteadingException;
import build.steading.tree.Node;
import build.steading.tree.Trees;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `--json` prints. Names are kept: scripts rely on them. Times are ISO 8601 in UTC; sizes are bytes,
/// durations seconds.
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /// Returns what a JSON object says.
    public static Map<String, Object> read(String object) {
        try {
            return MAPPER.readValue(object, new TypeReference<LinkedHashMap<String, Object>>() {});
        } catch (JsonProcessingException e) {
            throw SteadingException.unavailable("The farm's answer cannot be understood", e);
        }
    }

    static Map<String, Object> token(TokenInfo token) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", token.getId());
        json.put("role", word(token.getRole()));
        json.put("kind", word(token.getKind()));
        if (!token.getName().isEmpty()) {
            json.put("name", token.getName());
        }
        json.put("uses", token.getUses());
        json.put("used", token.getUsed());
        json.put("creator", token.getCreator());
        json.put("created", time(token.getCreatedMicros()));
        json.put("expires", time(token.getExpiresMicros()));
        if (!token.getLastUser().isEmpty()) {
            json.put("last-use", token.getLastUser() + " at " + time(token.getLastUsedMicros()));
        }
        return json;
    }

    private static String time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }

    static Map<String, Object> request(RequestRecord request) {
        var json = new LinkedHashMap<String, Object>();
        json.put("request", request.id());
        json.put("build", request.build().value());
        json.put("requester", request.requester());
        json.put("revision", request.revision());
        json.put("joined", request.joined());
        json.put("time", request.time().toString());
        json.put("priority", word(request.priority()));
        request.out().ifPresent(out -> json.put("out", out.toString()));
        json.put("state", word(request.state()));
        json.put("note", request.note());
        return json;
    }

    static Map<String, Object> build(BuildRecord build, List<RequestRecord> requests, Trees trees) {
        var json = new LinkedHashMap<String, Object>();
        var source = build.spec().source();
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
        json.put("on", build.spec().requirement().expression());
        json.put("created", build.created().toString());
        put(json, "started", build.started());
        put(json, "ended", build.ended());
        json.put("tasks", build.tasks().stream().map(Json::task).toList());
        json.put("requests", requests.stream().map(Json::request).toList());
        build.artifacts().flatMap(root -> kept(root, trees)).ifPresent(list -> json.put("artifacts", list));
        return json;
    }

    static Map<String, Object> causes(BuildRecord build, Causes causes) {
        var json = new LinkedHashMap<String, Object>();
        json.put("build", build.id().value());
        json.put("state", word(build.state()));
        json.put("causes", causes.build());
        json.put("tasks", causes.tasks());
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
        task.action().ifPresent(digest -> json.put("action", digest.toString()));
        put(json, "ready", task.times().ready());
        put(json, "started", task.times().started());
        put(json, "ended", task.times().ended());
        if (task.times().started().isPresent() && task.times().ended().isPresent()) {
            json.put("seconds", task.took(task.times().ended().get()).toMillis() / 1000.0);
        }
        return json;
    }

    /// Nothing if the store keeps the list no more: the rest is worth as much without it.
    private static Optional<List<Map<String, Object>>> kept(Digest root, Trees trees) {
        try {
            return Optional.of(artifacts(root, trees));
        } catch (SteadingException e) {
            if (e.failure() instanceof Failure.MissingBlobs) {
                return Optional.empty();
            }
            throw e;
        }
    }

    static List<Map<String, Object>> artifacts(Digest root, Trees trees) {
        var list = new ArrayList<Map<String, Object>>();
        trees.leaves(root).forEach((path, node) -> {
            var json = new LinkedHashMap<String, Object>();
            json.put("path", path);
            switch (node) {
                case Node.File(var digest, var executable) -> {
                    json.put("size", digest.sizeBytes());
                    json.put("sha256", digest.hash());
                    json.put("executable", executable);
                }
                case Node.Link(var target) -> json.put("target", target);
                case Node.Folder _ -> {}
            }
            list.add(json);
        });
        return list;
    }

    private static void put(Map<String, Object> json, String name, Optional<Instant> time) {
        time.ifPresent(value -> json.put(name, value.toString()));
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }
}
