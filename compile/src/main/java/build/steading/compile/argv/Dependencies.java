// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import org.jspecify.annotations.Nullable;

/// What a command line says about files that list what was read.
final class Dependencies {
    boolean wanted;

    /// What `-MF` says.
    @Nullable
    String file;

    /// What `/sourceDependencies` says.
    @Nullable
    String json;

    private boolean passed;

    /// Takes an option that goes straight to the preprocessor, where a file follows `-MD` too.
    void pass(String option, String name) {
        passed |= !option.equals("-MF");
        file = name;
    }

    /// Adds the file to the outputs of a draft, or sends it home.
    ///
    /// @param stem the name of the other outputs, without suffix
    void declare(Draft draft, String stem, boolean mayBeMissing) {
        if (passed && wanted) {
            draft.sendHome(Reason.UNKNOWN_OPTION, "-Wp,-MD with -MD");
        } else if (file != null && !wanted && !passed) {
            draft.sendHome(Reason.UNKNOWN_OPTION, "-MF without -MD");
        } else if (wanted || passed) {
            draft.declare(Output.Kind.DEPENDENCIES, file != null ? file : stem + ".d", mayBeMissing);
        }
    }
}
