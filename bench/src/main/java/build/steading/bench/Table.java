// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Figures of one benchmark, each beside what it is compared with.
final class Table {
    private static final List<String> HEAD = List.of("what", "target", "median (min..max)", "reference", "ratio");

    private final String title;
    private final List<List<String>> rows = new ArrayList<>(List.of(HEAD));
    private final List<String> notes = new ArrayList<>();

    Table(String title) {
        this.title = title;
    }

    /// Something to compare with, measured in the same run.
    record Reference(String what, Samples measured) {}

    /// Adds a figure with its reference; `ratio` is the figure's median over the reference's.
    void add(String what, String target, Samples measured, Reference reference) {
        var ratio = measured.median() / reference.measured().median();
        var other = reference.what() + " " + Samples.number(reference.measured().median());
        rows.add(List.of(what, target, measured.toString(), other, "%.2f".formatted(ratio)));
    }

    void add(String what, String target, Samples measured) {
        rows.add(List.of(what, target, measured.toString(), "", ""));
    }

    /// Adds a line below the table.
    Table note(String line) {
        notes.add(line);
        return this;
    }

    void print(PrintStream out) {
        var widths = new ArrayList<>(Collections.nCopies(HEAD.size(), 0));
        for (var row : rows) {
            for (var i = 0; i < row.size(); i++) {
                widths.set(i, Math.max(widths.get(i), row.get(i).length()));
            }
        }
        out.printf("%n%s%n", title);
        for (var row : rows) {
            var line = new StringBuilder();
            for (var i = 0; i < row.size(); i++) {
                line.append(row.get(i))
                        .append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
        notes.forEach(out::println);
        out.flush();
    }
}
