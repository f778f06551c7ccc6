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
    /// @param warmups such calls before, that do not count, of each program
    /// @param lessons such calls before all that, of ours alone
    /// @param sources that are compiled anew
    /// @param edits of one file
    /// @param practice compiles by the farm before any that counts: of sources that are new, and as many of such
    ///     as were edited
    record Size(int calls, int warmups, int lessons, int sources, int edits, int practice) {
        private static final Size WHOLE = new Size(200, 50, 2_500, 200, 30, 1_200);
        private static final Size QUICK = new Size(60, 20, 100, 24, 6, 60);
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
