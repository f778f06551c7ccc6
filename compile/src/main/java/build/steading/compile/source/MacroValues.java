// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import build.steading.compile.argv.MacroChange;
import build.steading.compile.source.Inclusion.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// All values that macros have anywhere, as far as these can stand behind `#include`.
final class MacroValues {
    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}_$]+");

    private final Map<String, Set<Definition>> values = new HashMap<>();
    private final Set<Scan> scans = new LinkedHashSet<>();

    /// What a computed include may stand for.
    ///
    /// @param complete whether there is nothing else that it may stand for
    record Expansion(List<Definition> values, boolean complete) {}

    void add(Scan scan) {
        if (scans.add(scan)) {
            scan.definitions().forEach(this::add);
        }
    }

    void add(MacroChange macro) {
        macro.value().ifPresent(value -> add(definition(macro.name(), value.strip())));
    }

    private void add(Definition definition) {
        values.computeIfAbsent(definition.name(), _ -> new LinkedHashSet<>()).add(definition);
    }

    private static Definition definition(String name, String value) {
        if (value.length() > 1 && (value.startsWith("\"") && value.endsWith("\""))) {
            return new Definition(name, Form.QUOTED, value.substring(1, value.length() - 1));
        }
        if (value.length() > 1 && (value.startsWith("<") && value.endsWith(">"))) {
            return new Definition(name, Form.BRACKETED, value.substring(1, value.length() - 1));
        }
        return new Definition(name, Form.COMPUTED, value);
    }

    /// Returns the names of files that a macro may stand for. One that is defined nowhere stands for none: a
    /// compiler would refuse to include it.
    Expansion expand(String macro) {
        var found = new ArrayList<Definition>();
        var complete = expand(macro, found, new HashSet<>());
        return new Expansion(found, complete);
    }

    private boolean expand(String macro, List<Definition> found, Set<String> seen) {
        if (!seen.add(macro)) {
            return true;
        }
        var defined = values.getOrDefault(macro, Set.of());
        var complete = NAME.matcher(macro).matches()
                && scans.stream().noneMatch(scan -> scan.mayDefineOtherwise(macro))
                && (!defined.isEmpty() || !macro.startsWith("__"));
        for (var definition : defined) {
            if (definition.form() == Form.COMPUTED) {
                complete &= expand(definition.value(), found, seen);
            } else {
                found.add(definition);
            }
        }
        return complete;
    }
}
