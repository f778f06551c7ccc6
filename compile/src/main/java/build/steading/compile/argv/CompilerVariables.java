// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The variables that compilers read. All others must never leave the developer's machine.
public final class CompilerVariables {
    private static final Set<String> GNU = Set.of(
            "CPATH",
            "C_INCLUDE_PATH",
            "CPLUS_INCLUDE_PATH",
            "OBJC_INCLUDE_PATH",
            "OBJCPLUS_INCLUDE_PATH",
            "SOURCE_DATE_EPOCH",
            "GCC_COLORS",
            "GCC_URLS",
            "TERM_URLS",
            "TERM",
            "COLUMNS",
            "PWD",
            "TZ",
            "LANG",
            "LANGUAGE",
            "LC_ALL",
            "LC_CTYPE",
            "LC_MESSAGES");

    private static final Set<String> MICROSOFT =
            Set.of("INCLUDE", "EXTERNAL_INCLUDE", "VSLANG", "TZ", "SOURCE_DATE_EPOCH");

    /// Hold arguments, which are put where they belong.
    private static final Set<String> ARGUMENTS = Set.of("CL", "_CL_");

    /// Variables that change the driver itself, write files, or tell the compiler more than we know.
    private static final List<String> REFUSED_BY_GNU = List.of(
            "GCC_EXEC_PREFIX",
            "COMPILER_PATH",
            "COLLECT_GCC_OPTIONS",
            "GCC_COMPARE_DEBUG",
            "GCC_EXTRA_DIAGNOSTIC_OUTPUT",
            "CCC_OVERRIDE_OPTIONS",
            "CCC_ADD_ARGS",
            "CLANG_CONFIG_PATH",
            "DEPENDENCIES_OUTPUT",
            "SUNPRO_DEPENDENCIES",
            "SDKROOT",
            "RC_DEBUG_OPTIONS",
            "CC_LOG_DIAGNOSTICS",
            "CC_PRINT_OPTIONS",
            "CC_PRINT_HEADERS");

    private static final List<String> REFUSED_BY_MICROSOFT = List.of("VS_UNICODE_OUTPUT", "CCC_OVERRIDE_OPTIONS");

    private CompilerVariables() {}

    /// Returns the names of all variables that matter to any compiler: who asks needs to send no others.
    public static Set<String> names() {
        var names = new TreeSet<>(GNU);
        names.addAll(MICROSOFT);
        names.addAll(ARGUMENTS);
        names.addAll(REFUSED_BY_GNU);
        names.addAll(REFUSED_BY_MICROSOFT);
        return names;
    }

    /// Returns those of the variables that a compile needs.
    static Map<String, String> needed(Family family, Map<String, String> environment) {
        var needed = new TreeMap<>(environment);
        needed.keySet().retainAll(family.isMicrosoft() ? MICROSOFT : GNU);
        return needed;
    }

    /// Returns a variable that is set, though a compile with it cannot be run elsewhere.
    static Optional<String> refused(Family family, Map<String, String> environment) {
        return (family.isMicrosoft() ? REFUSED_BY_MICROSOFT : REFUSED_BY_GNU)
                .stream()
                        .filter(name -> !environment.getOrDefault(name, "").isEmpty())
                        .findFirst();
    }
}
