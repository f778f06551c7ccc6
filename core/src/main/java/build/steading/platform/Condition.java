// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One thing that must be true of a worker: an operand of the conjunction that a [Requirement] is.
///
/// @param text the condition in CEL
/// @param program computes it
/// @param paths the properties that it looks at
record Condition(String text, Program program, List<PropertyPath> paths) {
    Condition {
        paths = List.copyOf(paths);
    }

    /// Returns what is wrong with `worker`, for people; empty if the condition is met.
    Optional<String> complaint(Properties worker) {
        try {
            return Boolean.TRUE.equals(program.eval(worker.values())) ? Optional.empty() : Optional.of(unmet(worker));
        } catch (CelEvaluationException e) {
            return Optional.of(undecided(worker, e));
        }
    }

    private String unmet(Properties worker) {
        return findings(worker) + "`" + text + "` is required";
    }

    private String undecided(Properties worker, CelEvaluationException e) {
        for (var path : paths) {
            var unknown = path.firstUnknown(worker);
            if (unknown.isPresent()) {
                var alone = paths.size() == 1;
                var property = "property `" + unknown.get() + "` is not known to this worker";
                return alone ? property : property + ", `" + text + "` is required";
            }
        }
        return findings(worker) + "`" + text + "` cannot be decided: " + e.getMessage();
    }

    /// Says what the properties are that the condition looks at: "`os` is `linux`, ".
    private String findings(Properties worker) {
        var findings = new ArrayList<String>();
        for (var path : paths) {
            path.find(worker).ifPresent(value -> findings.add("`" + path + "` is `" + shown(value) + "`"));
        }
        return findings.isEmpty() ? "" : String.join(" and ", findings) + ", ";
    }

    private static String shown(Object value) {
        var text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
