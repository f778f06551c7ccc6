// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import build.steading.bench.Table.Reference;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One file that is edited and compiled, again and again, while the farm has nothing else to do.
final class CcEdit {
    /// People think for longer between two edits.
    private static final Duration THOUGHT = Duration.ofMillis(1500);

    private final Stage stage;
    private final Table table;
    private final CcBench.Size size;
    private final CcProject project;

    CcEdit(Stage stage, Table table, CcBench.Size size, CcProject project) {
        this.stage = stage;
        this.table = table;
        this.size = size;
        this.project = project;
    }

    /// @param where the farm is, for the table
    void run(String where) throws IOException, InterruptedException {
        var ours = new ArrayList<Double>();
        var plain = new ArrayList<Double>();
        for (var i = -2; i < size.edits(); i++) {
            project.write("edit.c", CcProject.HELLO.formatted(where + i));
            Thread.sleep(THOUGHT);
            var taken = stage.alternate(project.root(), 0, 1, List.of(by(CcProcess.prefix(stage)), by(List.of())));
            if (i >= 0) {
                ours.add(taken.getFirst().wall().median());
                plain.add(taken.getLast().wall().median());
            }
        }
        var bare = new Samples(plain);
        var difference = new Samples(ours).median() - bare.median();
        table.add("%s: hello.c edited, over gcc, ms".formatted(where), "<= 1", Samples.of(difference));
        table.add("  from edit to object, ms", "", new Samples(ours), new Reference("gcc", bare));
    }

    private static List<String> by(List<String> prefix) {
        return CcProcess.compile(prefix, List.of("gcc", "-O2", "-c", "edit.c"));
    }
}
