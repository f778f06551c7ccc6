// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import java.util.ArrayList;
import java.util.List;

/// A file that includes others, and how it was found itself.
///
/// @param name as it was opened
/// @param position which directory of the search it was found in, or one of the constants
/// @param ancestors the directories of the files that led to it, the nearest first; empty if it does not matter
record Includer(String name, int position, List<String> ancestors) {
    /// It is the source itself, or was named from the root on.
    static final int NOWHERE = -2;
    /// It was found beside the file that includes it.
    static final int BESIDE = -1;

    static Includer source(String name) {
        return new Includer(name, NOWHERE, List.of());
    }

    /// @param withAncestors whether it matters which files led to it
    Includer leadsTo(String included, int at, boolean withAncestors) {
        var position = isAbsolute(included) && at == BESIDE ? NOWHERE : at;
        if (!withAncestors) {
            return new Includer(included, position, List.of());
        }
        var directories = new ArrayList<>(List.of(directory()));
        ancestors.stream().filter(known -> !known.equals(directory())).forEach(directories::add);
        return new Includer(included, position, List.copyOf(directories));
    }

    boolean isFound() {
        return position != NOWHERE;
    }

    /// Returns where `#include_next` goes on.
    int next() {
        return position + 1;
    }

    /// Returns the directory of the name, without a separator at its end; empty for the current one.
    String directory() {
        var slash = name.lastIndexOf('/');
        return slash == 0 ? "/" : name.substring(0, Math.max(slash, 0));
    }

    String base() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /// Returns the directories that are searched before all others for a quoted name.
    List<String> directories(boolean ofAncestorsToo) {
        if (!ofAncestorsToo) {
            return List.of(directory());
        }
        var directories = new ArrayList<>(List.of(directory()));
        directories.addAll(ancestors);
        return directories;
    }

    /// Returns what tells the searches of two includers in one directory apart.
    String searchKey(boolean ofAncestorsToo) {
        return ofAncestorsToo ? position + "\n" + String.join("\n", ancestors) : Integer.toString(position);
    }

    static boolean isAbsolute(String name) {
        return name.startsWith("/") || (name.length() > 2 && name.charAt(1) == ':');
    }

    static String join(String directory, String name) {
        if (directory.isEmpty() || isAbsolute(name)) {
            return name;
        }
        return directory.endsWith("/") ? directory + name : directory + "/" + name;
    }
}
