// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import java.util.ArrayList;
import java.util.List;

/// All that can be seen of how the commands of a [CompileCase] ended.
///
/// @param steps one for each script, in their order
/// @param temporary names of what is left among the temporary files
record CompileOutcome(List<Step> steps, List<String> temporary) {
    /// @param tree what there was then, in the directory of the case
    record Step(int exitCode, String out, String err, FileTree tree) {}

    CompileOutcome {
        steps = List.copyOf(steps);
        temporary = List.copyOf(temporary);
    }

    /// Returns what is not as in `expected`, each in a sentence.
    List<String> differences(CompileOutcome expected) {
        var differences = new ArrayList<String>();
        for (int i = 0; i < steps.size(); i++) {
            var found = steps.get(i);
            var wanted = expected.steps.get(i);
            var prefix = "Script %d: ".formatted(i + 1);
            if (found.exitCode() != wanted.exitCode()) {
                differences.add("%sexit code is %d, not %d".formatted(prefix, found.exitCode(), wanted.exitCode()));
            }
            differences.addAll(FileTree.difference(prefix + "standard output", wanted.out(), found.out()));
            differences.addAll(FileTree.difference(prefix + "standard error", wanted.err(), found.err()));
            found.tree().differences(wanted.tree()).forEach(each -> differences.add(prefix + each));
        }
        if (!temporary.equals(expected.temporary)) {
            differences.add("Temporary files are left: %s".formatted(temporary));
        }
        return differences;
    }
}
