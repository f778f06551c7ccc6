// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import build.steading.compile.argv.SearchPath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The directories that are searched for headers, in order: those for quoted names, then those for all.
///
/// Directories that do not exist, and all but one of those that are the same, are left out as compilers do it:
/// what is a directory of the system stays behind, wherever else it is named.
///
/// @param bracketStart where the search for names in brackets begins
record SearchChain(List<String> directories, int bracketStart) {

    private record Known(String name, String identity) {}

    /// @param builtin what the compiler adds by itself
    static SearchChain of(SearchPath path, List<String> builtin, Probe probe) {
        var systemNames = new ArrayList<>(path.system());
        systemNames.addAll(builtin);
        systemNames.addAll(path.after());
        var system = distinct(existing(systemNames, probe), Set.of());
        Set<String> systemIds = path.microsoft() ? Set.of() : identities(system);
        var bracket = distinct(existing(path.bracket(), probe), systemIds);
        bracket.addAll(system);
        var quote = distinct(existing(path.quote(), probe), systemIds);
        if (!quote.isEmpty()
                && !bracket.isEmpty()
                && quote.getLast().identity().equals(bracket.getFirst().identity())) {
            quote.removeLast();
        }
        var all = new ArrayList<String>();
        quote.forEach(known -> all.add(known.name()));
        bracket.forEach(known -> all.add(known.name()));
        return new SearchChain(List.copyOf(all), quote.size());
    }

    private static List<Known> existing(List<String> names, Probe probe) {
        var existing = new ArrayList<Known>();
        for (var name : names) {
            var identity = probe.directory(name);
            identity.ifPresent(found -> existing.add(new Known(name, found)));
        }
        return existing;
    }

    private static List<Known> distinct(List<Known> directories, Set<String> without) {
        var seen = new HashSet<>(without);
        var distinct = new ArrayList<Known>();
        for (var directory : directories) {
            if (seen.add(directory.identity())) {
                distinct.add(directory);
            }
        }
        return distinct;
    }

    private static Set<String> identities(List<Known> directories) {
        var identities = new HashSet<String>();
        directories.forEach(known -> identities.add(known.identity()));
        return identities;
    }
}
