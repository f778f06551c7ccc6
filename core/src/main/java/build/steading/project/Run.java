// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.util.List;
import java.util.function.UnaryOperator;

/// What a task runs.
public sealed interface Run {
    /// Where `${slots}` leads to in a script. The worker says how many slots the task may use, so that the number
    /// is no part of the action; a foreign farm that does not say gets one.
    String SLOTS = "${STEADING_SLOTS:-1}";

    /// Text for the shell, which stops at the first command that fails.
    record Script(String text) implements Run {}

    /// A program and its arguments, as they are.
    record Arguments(List<String> argv) implements Run {
        public Arguments {
            argv = List.copyOf(argv);
        }
    }

    /// Returns the texts in which references may stand.
    default List<String> texts() {
        return switch (this) {
            case Script(var text) -> List.of(text);
            case Arguments(var argv) -> argv;
        };
    }

    /// Returns the program and its arguments, with references replaced by `fill`.
    default List<String> command(UnaryOperator<String> fill) {
        return switch (this) {
            case Script(var text) -> List.of("/bin/sh", "-e", "-c", fill.apply(text));
            case Arguments(var argv) -> argv.stream().map(fill).toList();
        };
    }
}
