// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// On whose behalf something runs, and what is known of it beforehand: what priorities, fair shares and the
/// policies of workers go by. Never part of an action's digest.
///
/// @param project name of the project; for a client of the Remote Execution API, what it says groups its calls
/// @param requester name of who asked first; empty if unknown
/// @param source where the input came from: a URL if the repository has one, else its path
/// @param branch what the requester called the revision
/// @param options values of the project's options
/// @param priority lower is sooner; 0 is the default, as in the Remote Execution API
/// @param expected how long it is likely to run; empty if it never ran
public record RequestFacts(
        String project,
        String requester,
        String source,
        String branch,
        Map<String, String> options,
        int priority,
        Optional<Duration> expected) {
    /// Nothing is known.
    public static final RequestFacts NONE = new RequestFacts("", "", "", "", Map.of(), 0, Optional.empty());

    public RequestFacts {
        options = Map.copyOf(options);
    }

    /// Returns facts of which no more is known than who asks and for what.
    public static RequestFacts of(String project, String requester) {
        return new RequestFacts(project, requester, "", "", Map.of(), 0, Optional.empty());
    }

    public RequestFacts withPriority(int wanted) {
        return new RequestFacts(project, requester, source, branch, options, wanted, expected);
    }

    public RequestFacts withExpected(Optional<Duration> likely) {
        return new RequestFacts(project, requester, source, branch, options, priority, likely);
    }

    /// Returns the facts by the names that policies have for them: `project`, `requester`, `source`, `branch`,
    /// `options`, `priority`, and `expected` in seconds if it is known.
    public Properties properties() {
        var values = new HashMap<String, Object>();
        values.put("project", project);
        values.put("requester", requester);
        values.put("source", source);
        values.put("branch", branch);
        values.put("options", options);
        values.put("priority", (long) priority);
        expected.ifPresent(duration -> values.put("expected", duration.toMillis() / 1000.0));
        return new Properties(values);
    }
}
