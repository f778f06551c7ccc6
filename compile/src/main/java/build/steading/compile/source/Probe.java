// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Asks [Places], each name once, and writes down what must and what must not be there.
final class Probe {
    private static final String PARENT = "..";

    final Set<String> files = new LinkedHashSet<>();
    final Set<String> data = new LinkedHashSet<>();
    final Set<String> precompiled = new LinkedHashSet<>();
    final Set<String> directories = new TreeSet<>();
    final Map<String, String> identities = new TreeMap<>();
    final Set<String> absent = new TreeSet<>();
    final Set<Mark> marks = EnumSet.noneOf(Mark.class);
    final Set<String> unresolved = new LinkedHashSet<>();

    private final Places places;
    private final Map<String, Place> answers = new HashMap<>();
    private final Map<String, Optional<Scan>> asFiles = new HashMap<>();

    Probe(Places places) {
        this.places = places;
    }

    Place at(String name) {
        return answers.computeIfAbsent(name, places::at);
    }

    /// Returns the identity of a directory that files were found in.
    Optional<String> identity(String name) {
        var asked = name.isEmpty() ? "." : name;
        if (!(at(asked) instanceof Place.Directory(var identity))) {
            return Optional.empty();
        }
        identities.put(asked, identity);
        return Optional.of(identity);
    }

    /// Returns the identity of a directory that is to be searched, if it is one.
    Optional<String> directory(String name) {
        var asked = name.isEmpty() ? "." : name;
        return switch (at(asked)) {
            case Place.Directory(var identity) -> {
                directories.add(asked);
                identities.put(asked, identity);
                yield Optional.of(identity);
            }
            case Place.Nothing _ -> {
                absent.add(asked);
                yield Optional.empty();
            }
            case Place.File _ -> Optional.empty();
            case Place.Unreadable _ -> {
                unresolved.add("`%s` cannot be read".formatted(asked));
                yield Optional.empty();
            }
        };
    }

    /// Returns the scan of a file that a compiler would take here.
    Optional<Scan> file(String name) {
        var known = asFiles.get(name);
        if (known == null) {
            known = newFile(name);
            asFiles.put(name, known);
        }
        return known;
    }

    private Optional<Scan> newFile(String name) {
        return switch (at(name)) {
            case Place.File(var scan) -> {
                files.add(name);
                addParents(name);
                yield Optional.of(scan);
            }
            case Place.Nothing _ -> {
                absent.add(name);
                yield Optional.empty();
            }
            case Place.Unreadable _ -> {
                unresolved.add("`%s` cannot be read".formatted(name));
                yield Optional.empty();
            }
            case Place.Directory _ -> {
                // Compilers go on as if there were nothing: it must not become a file.
                directories.add(name);
                yield Optional.empty();
            }
        };
    }

    boolean dataFile(String name) {
        return switch (at(name)) {
            case Place.File _ -> {
                data.add(name);
                addParents(name);
                yield true;
            }
            case Place.Nothing _ -> {
                absent.add(name);
                yield false;
            }
            case Place.Unreadable _ -> {
                unresolved.add("`%s` cannot be read".formatted(name));
                yield false;
            }
            case Place.Directory _ -> {
                directories.add(name);
                yield false;
            }
        };
    }

    void precompiled(String name) {
        switch (at(name)) {
            case Place.Nothing _ -> absent.add(name);
            case Place.File _, Place.Directory _, Place.Unreadable _ -> precompiled.add(name);
        }
    }

    /// A name such as `a/../b.h` needs the directory `a`, though nothing lies in it.
    private void addParents(String name) {
        for (var p = name.indexOf(PARENT); p >= 0; p = name.indexOf(PARENT, p + 1)) {
            if (p > 1 && name.charAt(p - 1) == '/') {
                directories.add(name.substring(0, p - 1));
            }
        }
    }
}
