// SPDX-License-Identifier: Apache-2.0
package build.steading.project;

import build.steading.yaml.Fields;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// Reads environment variables.
final class Environments {
    private Environments() {}

    /// Returns the variables of the entry `environment`; none if there is no such entry.
    static SequencedMap<String, String> read(Fields fields) {
        var variables = new LinkedHashMap<String, String>();
        fields.get("environment")
                .ifPresent(section -> section.entries("a mapping of environment variables")
                        .forEach((name, value) -> {
                            value.checkName(name, Names.VARIABLE, Names.VARIABLE_ALLOWED);
                            value.scalar("text").ifPresent(text -> variables.put(name, text));
                        }));
        return variables;
    }
}
