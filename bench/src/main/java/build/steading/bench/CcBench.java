// SPDX-License-Identifier: Apache-2.0
package build.steading.bench;

import java.io.IOException;

/// `steading cc` beside other programs that remember or distribute compiles: on this machine alone, and as a
/// member of a farm whose server and worker are processes of this machine.
final class CcBench {
    private CcBench() {}

    /// How much of everything there is.
    ///
    /// @param calls of compiles whose result is known
    /// @param warmups such calls before, that do not count
    /// @param sources that are compiled anew
    /// @param edits of one file
    /// @param practice compiles by the farm before any that counts
    record Size(int calls, int warmups, int sources, int edits, int practice) {
        private static final Size WHOLE = new Size(200, 300, 200, 30, 1_500);
        private static final Size QUICK = new Size(60, 60, 24, 6, 60);
    }

    static Table run(Stage stage, boolean quick) throws IOException, InterruptedException {
        var table = new Table("Compiles of C and C++");
        var size = quick ? Size.QUICK : Size.WHOLE;
        try (var peers = new CcPeers(stage)) {
            new CcHits(stage, table, size).run(peers.caches(table));
            new CcRemote(stage, table, size).run(peers.remotes(table));
        }
        new CcBytes(stage, table, size).run();
        return table;
    }
}
