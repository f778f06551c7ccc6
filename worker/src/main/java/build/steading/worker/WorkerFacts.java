// SPDX-License-Identifier: Apache-2.0
package build.steading.worker;

import build.steading.schedule.Offer;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a worker is and does, as data for people and programs.
final class WorkerFacts {
    private WorkerFacts() {}

    /// Returns `name`, `properties`, `policy`, `slots` (`now` and `usual`), `remark` (why there are fewer than
    /// usual), `running` (of each lease `lease`, `action`, `project`, `requester`, `source`, `branch`, `since`
    /// and `memory`, in bytes), `attempts`, the number of those that have ended by how they ended, `profile`
    /// ([Activity#steps]) and `performance` ([Activity#load]).
    ///
    /// @param said what the worker said of itself last
    static Map<String, Object> of(WorkerConfig config, Offer said, Activity activity) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("name", config.id().name());
        facts.put("properties", said.properties().values());
        facts.put("policy", said.policy().expression());
        facts.put("slots", Map.of("now", said.slots(), "usual", config.slots()));
        facts.put("remark", said.remark());
        facts.put(
                "running", activity.running().stream().map(WorkerFacts::running).toList());
        facts.put("attempts", activity.endings());
        facts.put("profile", activity.steps());
        facts.put("performance", activity.load());
        return facts;
    }

    private static Map<String, Object> running(Activity.Running running) {
        var request = running.lease().facts();
        var facts = new LinkedHashMap<String, Object>();
        facts.put("lease", running.lease().id().value());
        facts.put("action", running.lease().action().toString());
        facts.put("project", request.project());
        facts.put("requester", request.requester());
        facts.put("source", request.source());
        facts.put("branch", request.branch());
        facts.put("since", running.since().toString());
        facts.put("memory", running.memoryBytes());
        return facts;
    }
}
