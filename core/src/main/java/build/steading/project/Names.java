// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import java.util.regex.Pattern;

/// What projects, tasks, options, axes and variables may be called. The schema says the same.
final class Names {
    static final Pattern PROJECT_OR_TASK = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    static final Pattern OPTION_OR_AXIS = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,99}");
    static final Pattern VARIABLE = Pattern.compile("(?!STEADING_)[A-Za-z_][A-Za-z0-9_]{0,199}");

    /// Values of axes become parts of task ids and of directory names.
    static final Pattern AXIS_VALUE = Pattern.compile("[^/,=\\[\\]\\\\\\s\\p{Cntrl}]{1,100}");

    static final String PROJECT_OR_TASK_ALLOWED =
            "letters, digits, `.`, `_` and `-`, at most 100 of them, the first one a letter or digit";
    static final String OPTION_OR_AXIS_ALLOWED =
            "letters, digits, `_` and `-`, at most 100 of them, the first one a letter or `_`";
    static final String VARIABLE_ALLOWED =
            "letters, digits and `_`, at most 200 of them, the first one no digit, and not `STEADING_` at its"
                    + " beginning";
    static final String AXIS_VALUE_ALLOWED =
            "up to 100 characters without spaces and `/`, `\\`, `,`, `=`, `[`, `]`; anything else can be an extra value"
                    + " under `include`";

    private Names() {}

    static String projectFrom(String text) {
        var name = text.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[._-]+", "");
        return name.isEmpty() ? "project" : name.substring(0, Math.min(name.length(), 100));
    }
}
