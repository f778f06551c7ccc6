// SPDX-License-Identifier: Apache-2.0
package build.steading.platform;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One thing that must be true: an operand of the conjunction that a [Requirement] or a [Policy] is.
///
/// @param text the condition in CEL
/// @param program computes it
/// @param paths the values that it looks at
record Condition(Dialect dialect, String text, Program program, List<PropertyPath> paths) {
    Condition {
        paths = List.copyOf(paths);
    }

    /// Returns what is wrong with `subject`, for people; empty if the condition is met.
    Optional<String> complaint(Properties subject) {
        try {
            return Boolean.TRUE.equals(program.eval(Cel.resolver(subject.values())))
                    ? Optional.empty()
                    : Optional.of(unmet(subject));
        } catch (CelEvaluationException e) {
            return Optional.of(undecided(subject, e));
        }
    }

    private String unmet(Properties subject) {
        return findings(subject) + "`" + text + "` is required";
    }

    private String undecided(Properties subject, CelEvaluationException e) {
        for (var path : paths) {
            var unknown = path.firstUnknown(subject);
            if (unknown.isPresent()) {
                var alone = paths.size() == 1 && dialect == Dialect.REQUIREMENT;
                var complaint = dialect.unknown(unknown.get());
                return alone ? complaint : complaint + ", `" + text + "` is required";
            }
        }
        return findings(subject) + "`" + text + "` cannot be decided: " + cause(e);
    }

    /// Returns what our own functions say if one of them failed.
    private static String cause(CelEvaluationException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof Version.MalformedException) {
                return String.valueOf(cause.getMessage());
            }
        }
        return String.valueOf(e.getMessage());
    }

    /// Says what the values are that the condition looks at: "`os` is `linux`, ".
    private String findings(Properties subject) {
        var findings = new ArrayList<String>();
        for (var path : paths) {
            path.find(subject).ifPresent(value -> findings.add("`" + path + "` is `" + shown(value) + "`"));
        }
        return findings.isEmpty() ? "" : String.join(" and ", findings) + ", ";
    }

    private static String shown(Object value) {
        var text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }
}
