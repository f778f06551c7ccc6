// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.source;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one file says about others. It depends on the bytes of the file alone.
public final class Scan {
    /// Of a file that says nothing.
    public static final Scan EMPTY = new Scan(List.of(), List.of(), new int[0], Set.of());

    private final List<Inclusion> inclusions;
    private final List<Definition> definitions;
    private final int[] otherMacros;
    private final Set<Mark> marks;

    /// @param otherMacros hashes of the names of macros whose values are not in `definitions`, sorted
    Scan(List<Inclusion> inclusions, List<Definition> definitions, int[] otherMacros, Set<Mark> marks) {
        this.inclusions = List.copyOf(inclusions);
        this.definitions = List.copyOf(definitions);
        this.otherMacros = otherMacros;
        this.marks = Set.copyOf(marks);
    }

    /// Returns what the file includes or looks for: each once, in the order of the file.
    public List<Inclusion> inclusions() {
        return inclusions;
    }

    /// Returns the macros that the file defines whose values are names of files, or of other macros.
    public List<Definition> definitions() {
        return definitions;
    }

    /// Returns whether the file may define a macro as something that is not in [#definitions].
    public boolean mayDefineOtherwise(String macro) {
        return Arrays.binarySearch(otherMacros, macro.hashCode()) >= 0;
    }

    public Set<Mark> marks() {
        return marks;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Scan scan
                && inclusions.equals(scan.inclusions)
                && definitions.equals(scan.definitions)
                && Arrays.equals(otherMacros, scan.otherMacros)
                && marks.equals(scan.marks);
    }

    @Override
    public int hashCode() {
        return Objects.hash(inclusions, definitions, marks);
    }
}
