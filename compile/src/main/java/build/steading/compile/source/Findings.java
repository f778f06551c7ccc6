// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import build.steading.compile.source.Inclusion.Form;
import build.steading.compile.source.Inclusion.Verb;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Collects what a file says.
final class Findings {
    /// Stands for a byte that is no text.
    private static final char REPLACEMENT = '\uFFFD';

    private final Set<Inclusion> inclusions = new LinkedHashSet<>();
    private final List<Definition> definitions = new ArrayList<>();
    private final Set<Mark> marks = EnumSet.noneOf(Mark.class);
    private int[] hashes = new int[16];
    private int count;

    void include(Verb verb, Form form, String name) {
        if (name.indexOf(REPLACEMENT) >= 0) {
            mark(Mark.OBSCURE);
        }
        inclusions.add(new Inclusion(verb, form, name));
    }

    void define(String name, Form form, String value) {
        if (value.indexOf(REPLACEMENT) < 0) {
            definitions.add(new Definition(name, form, value));
        } else {
            defineOtherwise(name.hashCode());
        }
    }

    void defineOtherwise(int hash) {
        if (count == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * count);
        }
        hashes[count] = hash;
        count++;
    }

    void mark(Mark mark) {
        marks.add(mark);
    }

    Scan toScan() {
        var sorted = Arrays.copyOf(hashes, count);
        Arrays.sort(sorted);
        return new Scan(List.copyOf(inclusions), definitions, sorted, marks);
    }
}
