// SPDX-License-Identifier: Apache-2.0
package build.steading.cli;

import build.steading.cli.door.BackgroundProcess;
import build.steading.cli.door.ExitCode;
import build.steading.cli.door.Home;
import build.steading.failure.SteadingException;
import java.nio.file.Path;

/// Main class of the background process. Arguments: the home directory, the build's id.
public final class SteadingProcess {
    private SteadingProcess() {}

    public static void main(String[] arguments) throws InterruptedException {
        var console = System.err;
        try {
            var settings = BackgroundProcess.Settings.of(arguments[1]);
            BackgroundProcess.run(new Home(Path.of(arguments[0])), settings, home -> new EmbeddedFarm(home, version()));
        } catch (SteadingException e) {
            console.println(e.failure().message());
            System.exit(ExitCode.of(e.failure()));
        }
        // Whatever a library left running must not keep the process: the launcher of `stop` waits for its end.
        System.exit(ExitCode.OK);
    }

    private static String version() {
        var packaged = SteadingProcess.class.getPackage().getImplementationVersion();
        return packaged == null ? "unpackaged" : packaged;
    }
}
