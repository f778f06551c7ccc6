// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.door;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/// Asks the process that came with a command to give way to one that lasts. It does so as it would for a launcher
/// of another build: what it has not finished goes on in its successor.
final class Takeover {
    private static final System.Logger LOG = System.getLogger(Takeover.class.getName());
    private static final String BUILD_ID = "lasting";

    private Takeover() {}

    /// Returns when the process has been asked; [ProcessLock] waits for its end.
    static void ask(Home home) {
        var hello = new Hello(BUILD_ID, "/", List.of("status"), List.of(), false, false, false, 0, 0, 0);
        try (var channel = UnixSockets.connect(home.socket())) {
            var bytes = hello.encoded().encoded();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "No process gives way", e);
        }
    }
}
