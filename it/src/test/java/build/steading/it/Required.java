// SPDX-License-Identifier: Apache-2.0
package build.steading.it;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/// What a story needs of the machine: without it the story is skipped, or fails if `it.required` is set.
final class Required {
    private Required() {}

    static void program(String name) {
        for (var directory : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return;
            }
        }
        that(false, "There is no `%s` on the PATH".formatted(name));
    }

    static void root() {
        that(System.getProperty("user.name").equals("root"), "This needs root");
    }

    static void that(boolean met, String otherwise) {
        if (met) {
            return;
        }
        if (Boolean.getBoolean("it.required")) {
            fail(otherwise);
        }
        abort(otherwise);
    }
}
