// SPDX-License-Identifier: Apache-2.0
package build.steading.cli.command;

import build.steading.build.BuildRecord;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.util.Collection;

/// Tells a user who looks elsewhere that builds have ended. A desktop that cannot show it is no failure.
final class DesktopNotification {
    private static final System.Logger LOG = System.getLogger(DesktopNotification.class.getName());

    private DesktopNotification() {}

    /// Starts `notify-send` in the user's own environment, and does not wait for it.
    static void show(Console console, Collection<BuildRecord> ended) {
        for (var build : ended) {
            var title = "Build %s %s".formatted(build.id(), Report.word(build.state()));
            var tasks = build.spec().tasks().isEmpty()
                    ? "all"
                    : String.join(" ", build.spec().tasks());
            var text = "%s %s %s"
                    .formatted(
                            build.spec().project(),
                            build.spec().source().revision().name(),
                            tasks);
            var command = new ProcessBuilder("notify-send", "--app-name=Steading", "--", title, text)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD);
            command.environment().clear();
            command.environment().putAll(console.invocation().environment());
            try {
                var _ = command.start();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "No desktop notification", e);
            }
        }
    }
}
