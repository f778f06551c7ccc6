// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Collects where headers are looked up.
final class Directories {
    private static final String ROOT_VARIABLE = "$SYSROOT";

    final List<String> quote = new ArrayList<>();
    final List<String> bracket = new ArrayList<>();
    final List<String> system = new ArrayList<>();
    final List<String> after = new ArrayList<>();
    final List<String> embed = new ArrayList<>();
    boolean standard = true;

    /// What `-iprefix` says.
    @Nullable
    String prefix;

    /// What `-isysroot` says: for headers it counts more than `--sysroot`.
    @Nullable
    String headerRoot;

    @Nullable
    String root;

    /// Returns the search path, or nothing if a directory is below a root that only the compiler knows.
    Optional<SearchPath> toSearchPath(boolean microsoft) {
        if (List.of(quote, bracket, system, after).stream().allMatch(this::resolve)) {
            return Optional.of(new SearchPath(quote, bracket, system, after, embed, standard, microsoft));
        }
        return Optional.empty();
    }

    /// Adds what the environment of a compiler that is like GCC says.
    void addGnuVariables(Map<String, String> environment, Language language) {
        addPaths(bracket, environment.get("CPATH"));
        language.pathVariable().ifPresent(name -> addPaths(system, environment.get(name)));
    }

    /// Adds what the environment of `cl.exe` says.
    void addMicrosoftVariables(Map<String, String> environment) {
        if (standard) {
            addWords(system, environment.get("INCLUDE"));
            addWords(system, environment.get("EXTERNAL_INCLUDE"));
        }
    }

    /// An empty directory means the current one; an empty list means none.
    private static void addPaths(List<String> to, @Nullable String paths) {
        if (paths != null && !paths.isEmpty()) {
            for (var path : paths.split(":", -1)) {
                to.add(path.isEmpty() ? "." : path);
            }
        }
    }

    private static void addWords(List<String> to, @Nullable String paths) {
        if (paths != null) {
            for (var path : paths.split(";", -1)) {
                if (!path.isEmpty()) {
                    to.add(Names.fromMicrosoft(path));
                }
            }
        }
    }

    private boolean resolve(List<String> directories) {
        var under = headerRoot != null ? headerRoot : root;
        for (var i = 0; i < directories.size(); i++) {
            var directory = directories.get(i);
            var rest = directory.startsWith("=")
                    ? directory.substring(1)
                    : directory.startsWith(ROOT_VARIABLE) ? directory.substring(ROOT_VARIABLE.length()) : null;
            if (rest != null) {
                if (under == null) {
                    return false;
                }
                directories.set(i, under + rest);
            }
        }
        return true;
    }
}
